import { expect, it } from 'vitest';
import { formatError } from '../../src/graphql/errors.js';

it('a masked error tells its request id, or where that is to be found', () => {
  const error = new RangeError('Invalid string length at secret.ts:1');
  const masked = (extensions?: Record<string, unknown>) => formatError({ message: error.message, extensions }, error);
  expect(masked({ requestId: 'abc' }).message).toBe('Something went wrong on our side; request id abc');
  expect(masked().message).toBe('Something went wrong on our side; request id in x-request-id');
  expect(masked().extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR' });
});
