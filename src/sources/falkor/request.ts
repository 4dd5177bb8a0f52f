import { type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { z } from 'zod';
import { badInput } from '../../base/errors.js';
import { checkFields, readJsonBody, textField } from '../json-body.js';

/** What of a pathway is asked for. All that is given must hold; a list means any of. */
export interface LogsAsked {
  /** ID or name. */
  readonly pathway: string;
  readonly activities?: readonly string[];
  readonly types?: readonly string[];
  readonly groups?: readonly string[];
  readonly users?: readonly string[];
}

const maxText = 1_000;
const maxValues = 1_000;
const words = z
  .array(textField(maxText), { error: 'must be a list of strings' })
  .max(maxValues, `must hold at most ${maxValues} values`)
  .nullish();

const shape: z.ZodType<{
  pathway: string;
  activities?: string[] | null;
  types?: string[] | null;
  groups?: string[] | null;
  users?: string[] | null;
  user?: string[] | null;
}> = z.looseObject({
  pathway: textField(maxText).min(1, 'must not be empty'),
  activities: words,
  types: words,
  groups: words,
  users: words,
  // One of the documentation's examples says it so.
  user: words,
});

/** @throws CodedError BAD_USER_INPUT, TOO_LARGE; of what is no JSON it says where. */
export function readAsked(body: Uint8Array | undefined): LogsAsked {
  if (body && body.length > 0) checkJson(body);
  const { user, users, ...asked } = checkFields(shape, readJsonBody(body).value);
  const named = user || users ? [...(users ?? []), ...(user ?? [])] : undefined;
  const { pathway, activities, types, groups } = asked;
  return {
    pathway,
    activities: activities ?? undefined,
    types: types ?? undefined,
    groups: groups ?? undefined,
    users: named,
  };
}

function checkJson(body: Uint8Array): void {
  const text = new TextDecoder().decode(body);
  try {
    JSON.parse(text);
  } catch {
    throw badInput('body', `The body is not JSON${whereWrong(text)}`);
  }
}

function whereWrong(text: string): string {
  const errors: ParseError[] = [];
  parseTree(text, errors, { disallowComments: true });
  const [first] = errors;
  if (!first) return '';
  const lines = text.slice(0, first.offset).split('\n');
  const near = text.slice(first.offset).split('\n', 1)[0]!.slice(0, 30);
  const expected = printParseErrorCode(first.error)
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase();
  return `: line ${lines.length}, column ${lines.at(-1)!.length + 1}, at ${JSON.stringify(near)}: ${expected}`;
}
