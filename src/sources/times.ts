/** Microseconds since 1970. Date reads milliseconds only; what the text says below them is added. */
export function microsOf(iso: string): number {
  const below = /\.\d{3}(\d{1,3})/.exec(iso)?.[1] ?? '';
  return Date.parse(iso) * 1000 + Number(below.padEnd(3, '0'));
}

/** ISO 8601 in UTC, with as many digits as the number has. */
export function isoOf(micros: number): string {
  const below = ((micros % 1000) + 1000) % 1000;
  const text = new Date((micros - below) / 1000).toISOString();
  return below === 0 ? text : text.replace('Z', `${String(below).padStart(3, '0')}Z`);
}
