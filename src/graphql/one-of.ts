import { badInput } from '../base/errors.js';

/** @throws CodedError BAD_USER_INPUT naming the first argument, unless exactly one of them is given. */
export function exactlyOne(args: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(args);
  const given = names.filter((name) => args[name] !== undefined && args[name] !== null);
  if (given.length !== 1)
    throw badInput(given[1] ?? names[0]!, `Give exactly one of ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`);
}
