import type { FastifyRequest } from 'fastify';
import { badInput } from '../base/errors.js';

/** One parameter of the query string; undefined where it is absent. @throws CodedError BAD_USER_INPUT where it is repeated. */
export function queryText(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, string | string[] | undefined>)[name];
  if (Array.isArray(value)) throw badInput(name, `${name} is given more than once`);
  return value;
}

/** @throws CodedError BAD_USER_INPUT for what is no whole number in decimal digits, or not within its bounds. */
export function queryInteger(
  request: FastifyRequest,
  name: string,
  {
    min,
    max = Number.MAX_SAFE_INTEGER,
    absent,
  }: { readonly min: number; readonly max?: number; readonly absent: number },
): number {
  const text = queryText(request, name);
  if (text === undefined) return absent;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  const bounds = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  throw badInput(name, `${name} must be a whole number ${bounds}`);
}
