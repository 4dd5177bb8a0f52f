import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import { type ActivityLog, actionClasses, filterFields, outcomes } from '../../src/model/activity-log.js';
import { matches, type ResolvedFilter, searchWords } from '../../src/model/activity-log-filter.js';
import type { EntryDraft } from '../../src/model/log-record.js';
import { sourceSystems } from '../../src/model/source-system.js';
import { entryWords } from '../../src/model/words.js';
import { entryDraft, openTestServices } from '../support/services.js';

const services = await openTestServices();

// Few values, so that filters and entries meet; odd ones, so that nothing in them is taken for an operator.
const word = fc.constantFrom('a', 'B', '$ne', 'x.y', '', 'Straße', 'ｆｕｌｌ', '__proto__', 'null');
const pathways = [newId(), newId()];
const pathway = fc.constantFrom(...pathways);
const micros = fc.integer({ min: -3, max: 3 }).map((step) => 1_700_000_000_000_000 + step);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const some = <T>(value: fc.Arbitrary<T>) => maybe(fc.uniqueArray(value, { maxLength: 3 }));

const entry = fc.record({
  source: fc.constantFrom(...sourceSystems),
  nativeId: maybe(word),
  action: word,
  actionClass: fc.constantFrom(...actionClasses.slice(0, 3)),
  occurredAtMicros: micros,
  actor: fc.record({ kind: fc.constant('USER' as const), key: maybe(word), name: maybe(word) }),
  object: maybe(fc.record({ type: word, id: maybe(word), name: maybe(word) })),
  activityRef: maybe(word),
  pathwayId: maybe(pathway),
  platform: maybe(word),
  serial: maybe(word),
  summary: maybe(fc.array(word, { maxLength: 3 }).map((words) => words.join(' '))),
  outcome: maybe(fc.constantFrom(...outcomes)),
  tags: fc.array(word, { maxLength: 3 }),
}) satisfies fc.Arbitrary<Partial<EntryDraft['entry']>>;

const plain: fc.Arbitrary<ResolvedFilter> = fc.record({
  sources: some(fc.constantFrom(...sourceSystems)),
  actions: some(word),
  omitActions: some(word),
  actionClasses: some(fc.constantFrom(...actionClasses.slice(0, 3))),
  actorKeys: some(word),
  onlyActorKeys: some(word),
  activityRefs: some(word),
  objectTypes: some(word),
  objectIds: some(word),
  pathwayIds: some(pathway),
  platforms: some(word),
  serials: some(word),
  tags: some(word),
  nativeIds: some(word),
  outcomes: some(fc.constantFrom(...outcomes)),
  occurredAfterMicros: maybe(micros),
  occurredBeforeMicros: maybe(micros),
  words: maybe(fc.array(word, { maxLength: 2 }).map((words) => searchWords(words.join(' ')))),
});

/** Most filters with many fields match nothing; these keep a few fields only. */
const few = (filter: fc.Arbitrary<ResolvedFilter>, maxLength: number): fc.Arbitrary<ResolvedFilter> =>
  fc
    .tuple(filter, fc.subarray(Object.keys(filterKeys()), { maxLength }))
    .map(
      ([all, kept]) =>
        Object.fromEntries(Object.entries(all).filter(([name]) => kept.includes(name))) as ResolvedFilter,
    );

const nested = maybe(fc.array(few(plain, 2), { maxLength: 3 }));
const narrow = few(
  fc.tuple(plain, nested, nested).map(([own, anyOf, noneOf]) => ({ ...own, anyOf, noneOf })),
  3,
);

function filterKeys(): Record<keyof ResolvedFilter, true> {
  return {
    sources: true,
    actions: true,
    omitActions: true,
    actionClasses: true,
    actorKeys: true,
    onlyActorKeys: true,
    activityRefs: true,
    objectTypes: true,
    objectIds: true,
    pathwayIds: true,
    platforms: true,
    serials: true,
    tags: true,
    nativeIds: true,
    outcomes: true,
    occurredAfterMicros: true,
    occurredBeforeMicros: true,
    words: true,
    anyOf: true,
    noneOf: true,
  };
}

describe('the store’s form of a filter', () => {
  it('finds exactly the entries that the pure function matches', async () => {
    const workspaceId = await services.workspace();
    const drafts = fc.sample(entry, { numRuns: 300, seed: 11 }).map((one) => entryDraft(one));
    const appended = await services.writer.appendMany(workspaceId, drafts);
    const window = await services.reader.settle(workspaceId);
    const entries = drafts.map(
      (draft, index): ActivityLog => ({
        ...draft.entry,
        id: draft.id,
        workspaceId,
        seq: appended[index]!.seq,
        recordedAt: new Date(),
      }),
    );
    let hits = 0;
    await fc.assert(
      fc.asyncProperty(narrow, async (wanted) => {
        const expected = entries
          .filter((one) => matches(wanted, filterFields(one), entryWords(one)))
          .sort((one, other) => other.occurredAtMicros - one.occurredAtMicros || other.seq - one.seq)
          .map(({ id }) => id);
        const list = { window, filter: wanted, order: 'OCCURRED_AT_DESC' as const };
        const [found, count, exists] = await Promise.all([
          services.pages.find(list, { limit: 1000 }),
          services.pages.count(list),
          services.pages.exists(list, {}),
        ]);
        expect(found.map(({ id }) => id)).toEqual(expected);
        expect(count).toBe(expected.length);
        expect(exists).toBe(expected.length > 0);
        if (expected.length > 0 && expected.length < entries.length) hits += 1;
      }),
      { numRuns: 150 },
    );
    // The comparison means something only if many filters divide the entries.
    expect(hits).toBeGreaterThan(10);
  });

  it('sees no voids, removals, control entries, removed entries, nor what lies outside the window', async () => {
    const workspaceId = await services.workspace();
    const [first, second, third, fourth] = await services.writer.appendMany(
      workspaceId,
      [1, 2, 3, 4].map((step) => entryDraft({ occurredAtMicros: step })),
    );
    await services.remover.remove(workspaceId, second!.id);
    await services.userService.create(
      { workspaceId, credentialId: newId(), owner: 'client:x', scopes: new Set(['*']) },
      { name: 'Alice' },
    );
    const whole = await services.reader.settle(workspaceId);
    const ids = async (window: typeof whole): Promise<string[]> =>
      (await services.pages.find({ window, filter: {}, order: 'OCCURRED_AT_ASC' }, { limit: 10 })).map(({ id }) => id);
    expect(whole.seq).toBe(6);
    expect(await ids(whole)).toEqual([first!.id, third!.id, fourth!.id]);
    expect(await ids({ ...whole, seq: third!.seq })).toEqual([first!.id, third!.id]);
    expect(await ids({ ...whole, firstSeq: third!.seq })).toEqual([third!.id, fourth!.id]);
  });

  it('reads back only the properties that are asked for, and those whole', async () => {
    const workspaceId = await services.workspace();
    const draft = entryDraft({
      action: 'made',
      actor: { kind: 'USER', key: 'u:1', name: 'Ann' },
      object: { type: 'doc', id: '7', name: 'Seven' },
      summary: 'long',
    });
    await services.writer.append(workspaceId, draft);
    const window = await services.reader.settle(workspaceId);
    const [found] = await services.pages.find(
      { window, filter: {}, order: 'RECORDED_ASC', fields: ['actor', 'object'] },
      { limit: 1 },
    );
    expect(found).toMatchObject({ id: draft.id, actor: draft.entry.actor, object: draft.entry.object });
    expect(found!.summary).toBeUndefined();
    expect(found!.action).toBeUndefined();
  });
});
