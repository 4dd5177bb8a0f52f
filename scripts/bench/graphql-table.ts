import type { GraphqlComparison } from './graphql.js';

const rounded = (value: number, digits: number): string => value.toFixed(digits);

/** One line for each server: its figures, and ours over its. */
export function graphqlLines({ operation, connections, figures }: GraphqlComparison): string[] {
  const ours = figures.ours!;
  return Object.entries(figures).map(([kind, figure]) => {
    const cells = [
      operation,
      String(connections),
      kind,
      rounded(figure.perSecond, 0),
      rounded(ours.perSecond / figure.perSecond, 2),
      rounded(figure.p50Ms, 0),
      rounded(figure.p99Ms, 0),
      rounded(figure.cpuMsPerRequest, 3),
      rounded(figure.cpuMsPerRequest / ours.cpuMsPerRequest, 2),
      rounded(figure.rssMb, 0),
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

export const graphqlHeader = [
  '| Operation | Connections | Server | Requests/s | Ours ÷ it | p50 ms | p99 ms | CPU ms/request | its CPU ÷ ours | MB |',
  '|---|---|---|---|---|---|---|---|---|---|',
];
