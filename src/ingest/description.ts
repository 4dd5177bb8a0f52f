import { z } from 'zod';
import { badInput } from '../base/errors.js';
import type { JsonValue } from '../base/json.js';
import type { SourceAbility, SourceDescription } from '../model/source.js';
import type { Connector } from './connector.js';

type Settings = { readonly [name: string]: JsonValue };

/** A connector as those know it who only manage sources: what it needs to be told, and whether that will do. */
export function describe(connector: Connector): SourceDescription {
  const { system, title, defaultBaseUrl, secrets } = connector;
  // A name that the connector does not know is a slip of whoever wrote it, and must not pass for a setting that is set.
  const settings = connector.settings instanceof z.ZodObject ? connector.settings.strict() : connector.settings;
  return {
    system,
    title,
    defaultBaseUrl,
    secrets,
    abilities: abilitiesOf(connector),
    settingsSchema: z.toJSONSchema(settings, { io: 'input' }) as Settings,
    checkSettings: (given, field) => {
      const parsed = settings.safeParse(given);
      if (parsed.success) return parsed.data as Settings;
      throw fault(parsed.error.issues[0]!, field);
    },
  };
}

function abilitiesOf({ pull, receive, write }: Connector): SourceAbility[] {
  const abilities: [SourceAbility, unknown][] = [
    ['PULL', pull],
    ['RECEIVE', receive],
    ['WRITE', write],
    ['DELETE', write?.remove],
  ];
  return abilities.flatMap(([ability, part]) => (part ? [ability] : []));
}

function fault(issue: z.core.$ZodIssue, field: string) {
  const path = [field, ...issue.path.map(String)];
  if (issue.code !== 'unrecognized_keys')
    return badInput(path.join('.'), `${path.join('.')} cannot be used: ${issue.message}`);
  const unknown = [...path, issue.keys[0]].join('.');
  return badInput(unknown, `${unknown} is no setting of this system`);
}
