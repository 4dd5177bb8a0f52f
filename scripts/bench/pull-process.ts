/**
 * One measured process of the pull benchmark. `pull`: a source is read into the log until all its rows are there. `drop`:
 * the calls that this took are made again, and what they answer is dropped.
 */
import { once } from 'node:events';
import { Outbound } from '../../src/ingest/outbound.js';
import type { UpstreamRequest } from '../../src/ingest/upstream.js';
import { type PullOrder, startPulling } from '../support/pulling.js';

export type PullBenchOrder =
  | { readonly mode: 'pull'; readonly rows: number; readonly order: PullOrder }
  | { readonly mode: 'drop'; readonly baseUrl: string; readonly calls: readonly UpstreamRequest[] };

export interface PullBenchResult {
  readonly seconds: number;
  /** Of the whole process at its highest, and before it began. */
  readonly peakMb: number;
  readonly idleMb: number;
  readonly calls: readonly UpstreamRequest[];
}

const megabytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);
const peakMb = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

async function pull(rows: number, order: PullOrder): Promise<PullBenchResult> {
  const calls: UpstreamRequest[] = [];
  const idleMb = megabytes(process.memoryUsage.rss());
  const startedAt = performance.now();
  const pulling = await startPulling(order, (outbound) => ({
    to: (...where) => {
      const upstream = outbound.to(...where);
      return {
        call: (request) => {
          calls.push(request);
          return upstream.call(request);
        },
      };
    },
  }));
  const { workspaceId, id } = order.source;
  for (;;) {
    const [state] = await pulling.states.byIds(workspaceId, [id]);
    if (state?.fault) throw new Error(state.fault.message);
    if (state && state.counts.recorded >= rows && state.coveredUntil && !state.backfill) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const result = { seconds, peakMb: peakMb(), idleMb, calls };
  await pulling.close();
  return result;
}

async function drop(baseUrl: string, calls: readonly UpstreamRequest[]): Promise<PullBenchResult> {
  const idleMb = megabytes(process.memoryUsage.rss());
  const outbound = new Outbound({ privateOrigins: [new URL(baseUrl).origin] });
  const upstream = outbound.to(baseUrl);
  const startedAt = performance.now();
  for (const call of calls) await upstream.call(call);
  const seconds = (performance.now() - startedAt) / 1000;
  await outbound.close();
  return { seconds, peakMb: peakMb(), idleMb, calls: [] };
}

const [order] = (await once(process, 'message')) as [PullBenchOrder];
const result = await (order.mode === 'pull' ? pull(order.rows, order.order) : drop(order.baseUrl, order.calls));
process.send!(result, () => process.disconnect());
