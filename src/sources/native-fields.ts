import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.js';

/** All fields of a text that was accepted before; none where it is no JSON object. */
export function saidFields(native: string): JsonObject {
  const value: unknown = JSON.parse(native);
  return isJsonObject(value) ? value : {};
}

/** A field's text, made well-formed; undefined for what is empty or no text. */
export const textOf = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value.toWellFormed() : undefined;
