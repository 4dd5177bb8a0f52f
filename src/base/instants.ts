/** Microseconds since 1970. Date reads milliseconds only; what the text says below them is added. NaN for what is no time. */
export function microsOf(iso: string): number {
  const below = /\.\d{3}(\d{1,3})/.exec(iso)?.[1] ?? '';
  return Date.parse(iso) * 1000 + Number(below.padEnd(3, '0'));
}

/** The same of a text that may name no zone: then it is in UTC. Undefined for what is no time. */
export function microsInUtc(iso: string): number | undefined {
  const micros = microsOf(/(Z|[+-]\d{2}:?\d{2})$/i.test(iso) ? iso : `${iso}Z`);
  return Number.isNaN(micros) ? undefined : micros;
}

/** ISO 8601 in UTC, with as many digits as the number has: to the microsecond, or to the millisecond where it is whole. */
export function isoOf(micros: number): string {
  const below = ((micros % 1000) + 1000) % 1000;
  const text = new Date((micros - below) / 1000).toISOString();
  return below === 0 ? text : text.replace('Z', `${String(below).padStart(3, '0')}Z`);
}
