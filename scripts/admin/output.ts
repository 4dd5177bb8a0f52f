/** One thing, a line per property; what is undefined is left out. */
export function printFields(fields: Record<string, unknown>): void {
  const shown = Object.entries(fields).filter(([, value]) => value !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  for (const [name, value] of shown) console.log(`${name.padEnd(width)}  ${textOf(value)}`);
}

/** Several things, a line each under a line of headings. */
export function printTable(headings: readonly string[], rows: readonly (readonly unknown[])[]): void {
  const lines = [headings, ...rows.map((row) => row.map(textOf))];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  for (const line of lines)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
}

const textOf = (value: unknown): string => {
  if (value === undefined) return '-';
  if (value instanceof Date) return value.toISOString();
  return Array.isArray(value) ? value.join(',') : String(value);
};
