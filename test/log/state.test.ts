import { expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import { LogStates } from '../../src/store/log-states.js';
import { openTestStore } from '../support/store.js';

const states = new LogStates(await openTestStore({ maxPoolSize: 20 }));

it('is made once by however many open a log at the same time, and refused to none', async () => {
  for (let n = 0; n < 20; n += 1) {
    const workspaceId = newId();
    const all = await Promise.all(Array.from({ length: 12 }, (_, seq) => states.ensure(workspaceId, seq)));
    expect(Math.max(...all.map(({ seq }) => seq))).toBe(11);
    expect(await states.read(workspaceId)).toMatchObject({ epoch: 1, seq: 11, firstSeq: 1 });
  }
});
