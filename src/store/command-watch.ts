import type { CommandStartedEvent, CommandSucceededEvent, Document, MongoClient } from 'mongodb';
import { type ExplainedCall, type Explanation, explanationNow } from '../base/explanation.js';
import { beginSpan, endSpan, isWithinSpan, type Traced } from '../base/tracing.js';

interface Running {
  readonly command: Document;
  readonly traced: Traced | undefined;
  readonly explanation: Explanation | undefined;
}

/** What belongs to no request: the driver's own, and its goodbyes. */
const own = new Set(['hello', 'ping', 'endSessions', 'killCursors', 'serverStatus', 'explain']);
const reads = new Set(['find', 'aggregate', 'count', 'distinct']);

/**
 * Notes commands that reach the store for whatever is traced or to be explained: a span of OpenTelemetry's conventions for
 * MongoDB (https://opentelemetry.io/docs/specs/semconv/database/mongodb/) without what was asked for, and a note.
 * Hears of commands only where the client monitors them.
 */
export function watchCommands(client: MongoClient): void {
  const running = new Map<number, Running>();
  client.on('commandStarted', (event) => begin(running, event));
  client.on('commandSucceeded', (event) => {
    const known = running.get(event.requestId);
    if (!known) return;
    running.delete(event.requestId);
    if (known.traced) endSpan(known.traced);
    if (known.explanation) note(known.explanation, client, known.command, event);
  });
  client.on('commandFailed', ({ requestId, failure }) => {
    const traced = running.get(requestId)?.traced;
    running.delete(requestId);
    if (traced) endSpan(traced, failure);
  });
}

function begin(running: Map<number, Running>, { requestId, commandName, command, databaseName }: CommandStartedEvent) {
  if (own.has(commandName)) return;
  const explanation = explanationNow();
  const isTraced = isWithinSpan();
  if (!explanation && !isTraced) return;
  const collection = collectionOf(commandName, command);
  const attributes = {
    'db.system.name': 'mongodb',
    'db.namespace': databaseName,
    'db.operation.name': commandName,
    'db.collection.name': collection,
  };
  const traced = isTraced ? beginSpan(`${commandName} ${collection}`, { kind: 'CLIENT', attributes }) : undefined;
  running.set(requestId, { command: { ...command, $db: databaseName }, traced, explanation });
}

const collectionOf = (name: string, command: Document): string =>
  String(name === 'getMore' ? command.collection : command[name]);

function note(explanation: Explanation, client: MongoClient, command: Document, event: CommandSucceededEvent): void {
  const { commandName, duration, reply } = event;
  const batch =
    (reply as Document | undefined)?.cursor?.firstBatch ?? (reply as Document | undefined)?.cursor?.nextBatch;
  const call: ExplainedCall = {
    command: commandName,
    collection: collectionOf(commandName, command),
    durationMs: duration,
    ...(Array.isArray(batch) && { returned: batch.length }),
  };
  const examine = async () => (reads.has(commandName) ? examined(client, command) : {});
  explanation.calls.push({ call, examine });
}

const ofTheSession = ['lsid', '$db', '$clusterTime', 'txnNumber', '$readPreference', 'writeConcern'];

/** The plan that the store made of a read, which is run once more for it. */
async function examined(client: MongoClient, command: Document): Promise<Partial<ExplainedCall>> {
  const read = Object.fromEntries(Object.entries(command).filter(([name]) => !ofTheSession.includes(name)));
  const explain = { explain: read, verbosity: 'executionStats' };
  const answer = await client
    .db(command.$db as string)
    .command(explain)
    .catch(() => undefined);
  if (!answer) return {};
  const plan = (answer.stages?.[0]?.$cursor ?? answer) as Document;
  const { totalDocsExamined, totalKeysExamined } = plan.executionStats ?? {};
  const index = indexOf(plan.queryPlanner?.winningPlan);
  return {
    ...(totalDocsExamined !== undefined && { documentsExamined: Number(totalDocsExamined) }),
    ...(totalKeysExamined !== undefined && { keysExamined: Number(totalKeysExamined) }),
    ...(index !== undefined && { index }),
  };
}

function indexOf(stage: Document | undefined): string | undefined {
  if (!stage) return undefined;
  const below = [stage.inputStage, stage.queryPlan, ...(stage.inputStages ?? [])] as (Document | undefined)[];
  return stage.indexName ?? below.map(indexOf).find((name) => name !== undefined);
}
