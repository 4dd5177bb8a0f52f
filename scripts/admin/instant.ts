import { InvalidArgumentError } from 'commander';

/** An option that is a date. */
export function instant(value: string): Date {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError('must be a date such as 2026-01-31');
  return date;
}
