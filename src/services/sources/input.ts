import { badInput, tooLarge } from '../../base/errors.js';
import type { Id } from '../../base/ids.js';
import { isJsonObject, type JsonValue, jsonText } from '../../base/json.js';
import type { SourceDescription } from '../../model/source.js';
import type { SourceSystem } from '../../model/source-system.js';
import type { SourceChange } from '../../store/sources.js';
import { checkRequiredText, checkWellFormed } from '../input/checks.js';
import { checkBaseUrl } from './base-url.js';

export interface SourceSecretInput {
  readonly name: string;
  readonly value: string;
}

/** What people may say of a source. Absent and null mean the same where a source is made: the default. */
interface SourceInput {
  readonly baseUrl?: string | null;
  readonly settings?: unknown;
  readonly secrets?: readonly SourceSecretInput[] | null;
  readonly everySeconds?: number | null;
  readonly trustEmails?: boolean | null;
  readonly writeThrough?: boolean | null;
  readonly acceptUnsigned?: boolean | null;
}

export interface ConnectSourceInput extends SourceInput {
  readonly system: SourceSystem;
  readonly name: string;
  readonly paused?: boolean | null;
}

export interface UpdateSourceInput extends SourceInput {
  readonly id: Id;
  /** Of which version this is a change. Absent: of whatever it is now. */
  readonly version?: number | null;
  readonly name?: string | null;
}

export const defaultEverySeconds = 60;
const maxEverySeconds = 86_400;
const maxNameLength = 200;
const maxSettingsBytes = 64 * 1024;
const maxSecretLength = 10_000;

/**
 * What an input says, ready to be stored; what it leaves out is left out.
 * @throws CodedError BAD_USER_INPUT naming the field.
 */
export function checkChange(
  input: SourceInput & { readonly name?: string | null },
  description: SourceDescription,
  allowedOrigins: readonly string[],
): SourceChange {
  const { name, baseUrl, settings, everySeconds, trustEmails, writeThrough, acceptUnsigned } = input;
  return {
    ...(isGiven(name) && { name: checkRequiredText(name, 'input.name', maxNameLength).trim() }),
    ...(isGiven(baseUrl) && { baseUrl: checkBaseUrl(baseUrl, 'input.baseUrl', allowedOrigins) }),
    ...(settings !== undefined && { settings: checkSettings(settings ?? {}, description) }),
    ...(isGiven(everySeconds) && { everyMs: checkEvery(everySeconds) * 1000 }),
    ...(isGiven(trustEmails) && { trustsEmails: trustEmails }),
    ...(isGiven(writeThrough) && { writesThrough: checkAble(writeThrough, 'writeThrough', 'WRITE', description) }),
    ...(isGiven(acceptUnsigned) && {
      acceptsUnsigned: checkAble(acceptUnsigned, 'acceptUnsigned', 'RECEIVE', description),
    }),
  };
}

/** @throws CodedError BAD_USER_INPUT naming the secret that the system does not know, that is given twice or is no text. */
export function checkSecrets(
  given: readonly SourceSecretInput[] | null | undefined,
  field: string,
  description: SourceDescription,
): Record<string, string> {
  const secrets = new Map<string, string>();
  for (const [index, { name, value }] of (given ?? []).entries()) {
    const at = `${field}[${index}]`;
    if (secrets.has(name)) throw badInput(`${at}.name`, `${at}.name is given twice`);
    secrets.set(checkSecretName(name, `${at}.name`, description), checkSecret(value, `${at}.value`));
  }
  return Object.fromEntries(secrets);
}

export function checkSecretName(name: string, field: string, { title, secrets }: SourceDescription): string {
  if (secrets.some((secret) => secret.name === name)) return name;
  const known = secrets.map((secret) => secret.name).join(', ') || 'none';
  throw badInput(field, `${field} is no secret of ${title}; it knows: ${known}`);
}

/** The messages never repeat what was given. */
export function checkSecret(value: string, field: string): string {
  if (value.trim() === '') throw badInput(field, `${field} must not be empty`);
  if (value.length > maxSecretLength) throw badInput(field, `${field} must have at most ${maxSecretLength} characters`);
  if (value !== value.trim()) throw badInput(field, `${field} must not begin or end with white space`);
  return checkWellFormed(value, field);
}

/** @throws CodedError BAD_USER_INPUT naming `input.secrets` for the first that the system cannot do without. */
export function requireSecrets(names: readonly string[], { secrets }: SourceDescription): void {
  const missing = secrets.find(({ name, isRequired }) => isRequired && !names.includes(name));
  if (missing) throw badInput('input.secrets', `The secret ${missing.name} is missing: ${missing.meaning}`);
}

const checkSettings = (settings: unknown, description: SourceDescription): { readonly [name: string]: JsonValue } => {
  if (!isJsonObject(settings)) throw badInput('input.settings', 'input.settings must be an object');
  if (Buffer.byteLength(jsonText(settings, 'input.settings')) > maxSettingsBytes) {
    throw tooLarge('input.settings', `input.settings must have at most ${maxSettingsBytes} bytes of JSON`);
  }
  return description.checkSettings(settings, 'input.settings');
};

function checkEvery(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= maxEverySeconds) return seconds;
  throw badInput('input.everySeconds', `input.everySeconds must be a whole number from 1 to ${maxEverySeconds}`);
}

function checkAble(
  wanted: boolean,
  field: string,
  ability: 'WRITE' | 'RECEIVE',
  description: SourceDescription,
): boolean {
  if (!wanted || description.abilities.includes(ability)) return wanted;
  const what = ability === 'WRITE' ? 'cannot be written to' : 'delivers nothing by itself';
  throw badInput(`input.${field}`, `${description.title} ${what}`);
}

const isGiven = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;
