import { expect, it } from 'vitest';
import { CodedError, type ErrorCode, errorCatalogue } from '../../../src/base/errors.js';
import { toEnvelope } from '../../../src/sources/tikmatrix/errors.js';

it('every error of ours has a code of TikMatrix’s kind: its HTTP status, and never 0', () => {
  for (const code of Object.keys(errorCatalogue) as ErrorCode[]) {
    const error = new CodedError(code, 'why');
    const envelope = toEnvelope(error);
    expect(envelope).toEqual({ code: expect.any(Number), message: 'why', data: null });
    expect(Math.floor(envelope.code / 100)).toBe(error.httpStatus);
  }
  const codeOf = (code: ErrorCode) => toEnvelope(new CodedError(code, '')).code;
  expect([codeOf('BAD_USER_INPUT'), codeOf('NOT_FOUND'), codeOf('INTERNAL_SERVER_ERROR')]).toEqual([
    40001, 40401, 50001,
  ]);
  // 40301 is documented as a licence without an API.
  expect(codeOf('FORBIDDEN')).not.toBe(40301);
  expect(codeOf('QUERY_TOO_SLOW')).toBe(50301);
});
