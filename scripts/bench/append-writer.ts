/**
 * One writing process of the append benchmark. `recorder`: entries go through the recorder, as callers' entries do.
 * `bare`: the same documents, numbered beforehand, straight into `insertMany`. Both journaled, both with every index.
 */
import { createHash } from 'node:crypto';
import { Long } from 'bson';
import { silentLogger } from '../../src/base/logger.js';
import { openLog } from '../../src/log/log.js';
import { connectStore, type Store } from '../../src/store/connect.js';
import { draftDocument } from '../../src/store/log-document.js';
import { benchDraft } from './append-entries.js';

export interface AppendOrder {
  readonly url: string;
  readonly database: string;
  readonly workspaceId: string;
  readonly mode: 'recorder' | 'bare';
  readonly writer: number;
  readonly entries: number;
}

const batch = 100;
const callers = 20;
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

async function throughRecorder(store: Store, order: AppendOrder): Promise<void> {
  const log = openLog({ store, logger: silentLogger });
  const drafts = Array.from({ length: order.entries }, (_, index) => benchDraft(order.writer, index));
  ready();
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < drafts.length) {
      const start = next;
      next += batch;
      await log.recorder.appendMany(order.workspaceId, drafts.slice(start, start + batch));
    }
  };
  await go();
  await Promise.all(Array.from({ length: callers }, caller));
  process.send!('done');
  await log.close();
}

async function bare(store: Store, order: AppendOrder): Promise<void> {
  const collection = store.collection('activity_logs');
  const drafts = Array.from({ length: order.entries }, (_, index) => benchDraft(order.writer, index));
  ready();
  await go();
  for (let start = 0; start < drafts.length; start += 1000) {
    const documents = drafts.slice(start, start + 1000).map((draft, index) => ({
      ...draftDocument(order.workspaceId, draft, new Date(), sha256),
      seq: Long.fromNumber(order.writer * order.entries + start + index + 1),
    }));
    await collection.insertMany(documents, { ordered: false });
  }
  process.send!('done');
}

const ready = (): void => void process.send!('ready');
const go = (): Promise<void> => new Promise((resolve) => void process.once('message', () => resolve()));

const order = JSON.parse(process.argv[2]!) as AppendOrder;
const store = await connectStore({ url: order.url, database: order.database });
await (order.mode === 'recorder' ? throughRecorder(store, order) : bare(store, order));
await store.close();
process.disconnect?.();
