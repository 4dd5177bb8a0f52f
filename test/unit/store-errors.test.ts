import { MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { notFound, unavailable } from '../../src/base/errors.js';
import { read } from '../../src/store/read.js';
import { isStoreFault } from '../../src/store/store-errors.js';

const failing = (error: unknown) => read(() => Promise.reject(error));

describe('a read that fails', () => {
  it('tells a query that took too long from a store that is away', async () => {
    const slow = new MongoServerError({ message: 'operation exceeded time limit', code: 50 });
    await expect(failing(slow)).rejects.toMatchObject({ name: 'CodedError', code: 'QUERY_TOO_SLOW' });
    const away = [
      new MongoNetworkError('connection closed'),
      new MongoServerSelectionError('none', {} as never),
      new MongoServerError({ message: 'shutting down', code: 91 }),
    ];
    for (const error of away) {
      await expect(failing(error)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 1 });
    }
  });

  it('leaves what is our own fault as it is', async () => {
    const ours = new MongoServerError({ message: 'unknown operator', code: 2 });
    await expect(failing(ours)).rejects.toBe(ours);
    await expect(failing(new TypeError('x'))).rejects.toThrow(TypeError);
  });
});

describe('a fault', () => {
  it("is the store's in the driver's words and in ours, and nobody else's", () => {
    const away = new MongoNetworkError('connection closed');
    for (const error of [away, unavailable(away), new MongoServerError({ message: 'too long', code: 50 })]) {
      expect(isStoreFault(error)).toBe(true);
    }
    const ours = new MongoServerError({ message: 'unknown operator', code: 2 });
    for (const error of [ours, notFound('This', 'id'), new TypeError('x'), undefined]) {
      expect(isStoreFault(error)).toBe(false);
    }
  });
});
