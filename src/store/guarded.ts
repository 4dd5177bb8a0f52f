import type { Collection, Document } from 'mongodb';
import { unavailable } from '../base/errors.js';
import { answerWithin, NoAnswer } from '../base/lifecycle.js';

/** Longer than any call may take by its own limits. */
const patienceMs = 10_000;

/** Calls whose cursors wait for data, or that may rightly take long. */
const unguarded = new Set<PropertyKey>(['tryNext', 'createIndexes']);

/**
 * A collection of which every call ends. The driver can lose a promise when its server is killed as a command is being
 * written, and none of its own limits then ends the call; whoever waits for it would wait for good. Such a call counts
 * as one whose outcome is unknown.
 */
export function guarded<T extends Document>(collection: Collection<T>): Collection<T> {
  return guardedObject(collection);
}

function guardedObject<T extends object>(target: T): T {
  return new Proxy(target, {
    get(object, name) {
      const member: unknown = Reflect.get(object, name, object);
      if (typeof member !== 'function' || unguarded.has(name)) {
        return typeof member === 'function' ? member.bind(object) : member;
      }
      return (...args: unknown[]) => guardedResult(member.apply(object, args));
    },
  });
}

function guardedResult(result: unknown): unknown {
  if (result instanceof Promise) {
    return answerWithin(patienceMs, result).catch((error: unknown) => {
      throw error instanceof NoAnswer ? unavailable(error) : error;
    });
  }
  const isCursor = typeof result === 'object' && result !== null && 'toArray' in result;
  return isCursor ? guardedObject(result) : result;
}
