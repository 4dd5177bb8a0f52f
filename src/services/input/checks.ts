import { badInput, CodedError, tooLarge } from '../../base/errors.js';
import { type Id, isId } from '../../base/ids.js';
import { maxBatch } from '../../model/activity-log-input.js';

/** What filters may name at most, per list. */
const maxFilterValues = 1000;
const maxFilterTextLength = 1000;

/**
 * A text of a caller; undefined where it is null or absent.
 * @throws CodedError BAD_USER_INPUT naming `field` when it is empty, too long or no well-formed Unicode.
 */
export function checkText(value: string | null | undefined, field: string, maxLength: number): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (value.length === 0) throw badInput(field, `${field} must not be empty`);
  if (value.length > maxLength) throw badInput(field, `${field} must have at most ${maxLength} characters`);
  return checkWellFormed(value, field);
}

/**
 * A text that something is looked for by: it may be anything but malformed, since that matches nothing it looks like.
 * @throws CodedError BAD_USER_INPUT naming `field`.
 */
export function checkWellFormed<T extends string | null | undefined>(value: T, field: string): T {
  if (value && !value.isWellFormed())
    throw badInput(field, `${field} holds a lone surrogate, which is no Unicode text`);
  return value;
}

/** As `checkText`, for what must be there and hold more than white space. */
export function checkRequiredText(value: string, field: string, maxLength: number): string {
  const text = checkText(value, field, maxLength);
  if (text === undefined || text.trim() === '') throw badInput(field, `${field} must not be empty`);
  return text;
}

/** An id in our own form, lower case. */
export function checkId(value: Id | null | undefined, field: string): Id | undefined {
  if (value === null || value === undefined) return undefined;
  if (!isId(value)) throw badInput(field, `${field} must have 24 hexadecimal digits`);
  return value.toLowerCase();
}

export function checkEmail(value: string | null | undefined, field: string, maxLength: number): string | undefined {
  const email = checkText(value, field, maxLength)?.trim();
  if (email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(email))
    throw badInput(field, `${field} must be an email address`);
  return email;
}

/** @throws CodedError BAD_USER_INPUT unless exactly one of the named arguments is given. */
export function checkExactlyOne(given: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(given);
  const count = names.filter((name) => given[name] !== null && given[name] !== undefined).length;
  if (count !== 1) throw badInput(names[0]!, `Give exactly one of ${names.join(', ')}`);
}

/** How many bytes of JSON a batch of definitions or people may have: it becomes one entry of the log. */
const maxNounBatchBytes = 8 * 1024 * 1024;

export function checkBatch(inputs: readonly unknown[], field: string): void {
  if (inputs.length > maxBatch) throw tooLarge(field, `${field} must hold at most ${maxBatch} items`);
}

/** As `checkBatch`, for what is written into the log as one entry. */
export function checkNounBatch(inputs: readonly unknown[], field: string): void {
  checkBatch(inputs, field);
  if (Buffer.byteLength(JSON.stringify(inputs)) > maxNounBatchBytes) {
    throw tooLarge(field, `${field} must have at most ${maxNounBatchBytes} bytes of JSON`);
  }
}

/** The values of one list of a filter. @throws CodedError BAD_USER_INPUT, TOO_LARGE naming the list or the value. */
export function checkList<T extends string>(list: readonly T[] | null | undefined, field: string): T[] | undefined {
  if (list === null || list === undefined) return undefined;
  if (list.length > maxFilterValues) throw tooLarge(field, `${field} must hold at most ${maxFilterValues} values`);
  for (const [index, value] of list.entries()) {
    if (value.length > maxFilterTextLength) {
      throw badInput(`${field}[${index}]`, `${field}[${index}] must have at most ${maxFilterTextLength} characters`);
    }
    checkWellFormed(value, `${field}[${index}]`);
  }
  return [...new Set(list)];
}

/** The words that a filter looks for. @throws CodedError BAD_USER_INPUT naming `field`. */
export function checkSearch(search: string | null | undefined, field: string): string | undefined {
  if (search === null || search === undefined) return undefined;
  if (search.length > maxFilterTextLength) {
    throw badInput(field, `${field} must have at most ${maxFilterTextLength} characters`);
  }
  return checkWellFormed(search, field);
}

/** Ids of a filter's list. Here a malformed one is refused: the type of the argument says ids. */
export const checkIds = (list: readonly Id[] | null | undefined, field: string): Id[] | undefined =>
  checkList(list, field)?.map((id, index) => checkId(id, `${field}[${index}]`)!);

/** One item's outcome: the value, or what a caller may hear of why there is none. */
export type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: CodedError };

/** Other errors than a caller's own are thrown on. */
export function attempt<T>(run: () => T): Attempt<T> {
  try {
    return { ok: true, value: run() };
  } catch (error) {
    if (error instanceof CodedError) return { ok: false, error };
    throw error;
  }
}

/** A coded error as one item of a batch shows it. */
export const itemError = ({ code, message, field }: CodedError) => ({ code, message, field });
