import type { ApolloServerPlugin } from '@apollo/server';
import { covers } from '../auth/policies.js';
import { type ExplainedCall, type Explanation, explanationNow } from '../base/explanation.js';
import type { RequestContext } from './context.js';

/** Reads that are looked into for one answer. */
const mostExamined = 25;

/**
 * Puts into an answer's `extensions.explain` what it took, where the door has notes made of that and the caller may do
 * everything: for who writes operations, and not for what runs in production.
 */
export function explainPlugin(): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: async () => {
      const explanation = explanationNow();
      if (!explanation) return;
      const phases: Record<string, number> = {};
      const from = (name: string, startedMs = performance.now()) => {
        return () => {
          phases[name] = rounded(performance.now() - startedMs);
        };
      };
      from('beforeGraphql', explanation.startedMs)();
      return {
        parsingDidStart: async () => async () => from('parsing')(),
        validationDidStart: async () => {
          const end = from('validation');
          return async () => end();
        },
        executionDidStart: async () => {
          const end = from('execution');
          return { executionDidEnd: async () => end() };
        },
        willSendResponse: async ({ response, contextValue }) => {
          const { viewer, operation } = contextValue;
          if (response.body.kind !== 'single' || !viewer || !covers(viewer.scopes, '*')) return;
          explanation.isOver = true;
          const durationMs = rounded(performance.now() - explanation.startedMs);
          const { singleResult } = response.body;
          const explain = { executor: operation.executor, durationMs, phases, ...(await notesOf(explanation)) };
          singleResult.extensions = { ...singleResult.extensions, explain };
        },
      };
    },
  };
}

async function notesOf({ batches, calls }: Explanation) {
  const noted = [...calls];
  const storeCalls: ExplainedCall[] = [];
  for (const [at, { call, examine }] of noted.entries()) {
    storeCalls.push({ ...call, durationMs: rounded(call.durationMs), ...(at < mostExamined && (await examine())) });
  }
  const sumOf = (name: 'documentsExamined' | 'returned' | 'durationMs'): number =>
    rounded(storeCalls.reduce((sum, call) => sum + (call[name] ?? 0), 0));
  return {
    totals: {
      batches: batches.length,
      storeCalls: storeCalls.length,
      storeMs: sumOf('durationMs'),
      documentsExamined: sumOf('documentsExamined'),
      documentsReturned: sumOf('returned'),
    },
    batches: batches.map((batch) => ({ ...batch, durationMs: rounded(batch.durationMs) })),
    storeCalls,
  };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
