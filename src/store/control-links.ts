import { Long, ObjectId } from 'mongodb';
import type { Id } from '../base/ids.js';
import type { LogRecord } from '../model/log-record.js';
import { controlConnection } from '../model/source-system.js';
import type { Store } from './connect.js';
import { type LogDocument, toRecord } from './log-document.js';
import { read } from './read.js';

export type ControlRecord = Extract<LogRecord, { kind: 'control' }>;

/** Single control entries of the log, found by the key they were appended under or by their number. */
export class ControlLinks {
  readonly #logs;

  constructor(store: Store) {
    this.#logs = store.collection<LogDocument>('activity_logs');
  }

  byKey(workspaceId: Id, nativeKey: string): Promise<ControlRecord | undefined> {
    return this.#find({
      workspaceId: new ObjectId(workspaceId),
      source: 'GATEWAY',
      connectionId: controlConnection,
      nativeKey,
    });
  }

  at(workspaceId: Id, seq: number): Promise<ControlRecord | undefined> {
    return this.#find({ workspaceId: new ObjectId(workspaceId), seq: Long.fromNumber(seq) });
  }

  async #find(where: Partial<LogDocument>): Promise<ControlRecord | undefined> {
    const document = await read(() => this.#logs.findOne(where));
    const record = document ? toRecord(document) : undefined;
    return record?.kind === 'control' ? record : undefined;
  }
}
