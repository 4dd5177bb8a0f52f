import { readFileSync } from 'node:fs';
import { newId } from '../../../src/base/ids.js';
import { nativeIdentity } from '../../../src/model/identity.js';
import { fromNative } from '../../../src/sources/thrive/mapping.js';
import { readRecord } from '../../../src/sources/thrive/payload.js';
import type { TestGateway } from '../../support/gateway.js';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/thrive/${name}`, import.meta.url), 'utf8');

/** The record on the documentation's page, as it stands there. */
export const documented = fixture('record.json').trimEnd();
/** Records as live data has them, each as it came. */
export const live = fixture('live.json')
  .split('\n')
  .slice(1, -2)
  .map((line) => line.trim().replace(/,$/, ''));

/** Records as a connection would bring them. */
export async function arrive(gateway: TestGateway, natives: readonly string[], connectionId = 'thrive-1') {
  const drafts = natives.map((native) => {
    const record = readRecord(native)!;
    const { actor, ...entry } = fromNative(record, native);
    const key = actor.nativeId && nativeIdentity('THRIVE', connectionId, actor.nativeId);
    return {
      kind: 'entry' as const,
      id: newId(),
      nativeKey: record.id,
      entry: { ...entry, source: 'THRIVE' as const, connectionId, actor: { ...actor, ...(key && { key }) } },
    };
  });
  await gateway.gateway.log.recorder.appendMany(gateway.home.id, drafts);
  return drafts;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it with matchers
  readonly json: any;
}

export const caller =
  (gateway: TestGateway, authorization = gateway.people.admin) =>
  async (path: string): Promise<Answer> => {
    const response = await fetch(`${gateway.url}${path}`, { headers: { ...(authorization && { authorization }) } });
    const text = await response.text();
    return { status: response.status, text, json: JSON.parse(text) };
  };
