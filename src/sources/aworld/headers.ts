import type { FastifyRequest } from 'fastify';
import { badInput } from '../../base/errors.js';
import { limits } from './payload.js';

/** Undefined for a header that is missing or, as curl sends it for `-H 'name;'`, empty. */
export function headerOf(request: FastifyRequest, name: string, maxLength: number): string | undefined {
  const value = request.headers[name];
  if (typeof value !== 'string' || value === '') return undefined;
  if (value.length > maxLength) throw badInput(name, `${name} must have at most ${maxLength} characters`);
  return value;
}

/** The user that a machine acts for. */
export interface DelegatedUser {
  readonly userId: string;
  readonly userSpace?: 'external';
}

/** @throws CodedError BAD_USER_INPUT for both headers at once: they exclude each other. */
export function delegatedUser(request: FastifyRequest): DelegatedUser | undefined {
  const own = headerOf(request, 'x-user-id', limits.id);
  const external = headerOf(request, 'x-external-user-id', limits.id);
  if (own !== undefined && external !== undefined) {
    throw badInput('x-external-user-id', 'Send x-user-id or x-external-user-id, not both');
  }
  if (own !== undefined) return { userId: own };
  return external === undefined ? undefined : { userId: external, userSpace: 'external' };
}
