import { ActivityLogs } from '../../src/store/activity-logs.js';
import type { Store } from '../../src/store/connect.js';
import type { LogDocument } from '../../src/store/log-document.js';
import type { ChaosFollower } from './log-follower.js';
import { keyName } from './log-keys.js';
import type { ChaosWriter } from './log-writers.js';

/** Holds what is in the log against what writers were told and what followers saw. */
export async function verifyLog(
  store: Store,
  workspaceId: string,
  writers: readonly ChaosWriter[],
  followers: readonly ChaosFollower[],
): Promise<{ acknowledged: number; removed: number; records: number; voids: number; violations: string[] }> {
  const documents = await readAll(new ActivityLogs(store), workspaceId);
  const violations = [
    ...writers.flatMap((writer) => writer.surprises),
    ...density(documents),
    ...writers.flatMap((writer) => promises(writer, documents)),
    ...followers.flatMap((follower, index) => sameAsLog(follower, documents, index)),
  ];
  return {
    acknowledged: writers.reduce((total, writer) => total + writer.acknowledged.size, 0),
    removed: writers.reduce((total, writer) => total + writer.removed.size, 0),
    records: documents.length,
    voids: documents.filter(({ kind }) => kind === 'void').length,
    violations,
  };
}

async function readAll(logs: ActivityLogs, workspaceId: string): Promise<LogDocument[]> {
  const documents: LogDocument[] = [];
  for (;;) {
    const page = await logs.readAfter(workspaceId, documents.length === 0 ? 0 : Number(documents.at(-1)!.seq), 5000);
    if (page.length === 0) return documents;
    documents.push(...page);
  }
}

const density = (documents: readonly LogDocument[]): string[] =>
  documents.flatMap(({ seq }, index) =>
    Number(seq) === index + 1 ? [] : [`number ${seq} stands at place ${index + 1}`],
  );

function promises(writer: ChaosWriter, documents: readonly LogDocument[]): string[] {
  const byKey = new Map<string, LogDocument[]>();
  const removals = new Map<string, number[]>();
  for (const document of documents) {
    if (document.kind === 'entry')
      byKey.set(document.nativeKey!, [...(byKey.get(document.nativeKey!) ?? []), document]);
    if (document.kind === 'removed') {
      const target = document.targetId!.toHexString();
      removals.set(target, [...(removals.get(target) ?? []), Number(document.seq)]);
    }
  }
  const entries = [...writer.acknowledged].flatMap(([key, { id, seq }]) => {
    const there = byKey.get(keyName(writer.name, key)) ?? [];
    const right = there.length === 1 && there[0]!._id.toHexString() === id && Number(there[0]!.seq) === seq;
    return right ? [] : [`${writer.name}-${key}, acknowledged at ${seq}, is there ${there.length} times`];
  });
  const removed = [...writer.removed].flatMap(([id, seq]) => {
    const there = removals.get(id) ?? [];
    return there.length === 1 && there[0] === seq
      ? []
      : [`the removal of ${id}, acknowledged at ${seq}, stands at ${there}`];
  });
  return [...entries, ...removed];
}

function sameAsLog(follower: ChaosFollower, documents: readonly LogDocument[], index: number): string[] {
  const name = `follower ${index}`;
  if (follower.ended.length > 0) return [`${name} was ended: ${follower.ended}`];
  const first = documents.findIndex(
    (document, at) =>
      follower.seen[at] === undefined ||
      follower.seen[at]!.id !== document._id.toHexString() ||
      follower.seen[at]!.seq !== Number(document.seq) ||
      follower.seen[at]!.kind !== document.kind,
  );
  if (first === -1 && follower.seen.length === documents.length) return [];
  return [`${name} saw ${follower.seen.length} records of ${documents.length}; they differ at place ${first + 1}`];
}
