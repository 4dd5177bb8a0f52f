import type { Id } from '../../base/ids.js';
import type { Happening } from '../../model/concern.js';
import { type Interest, interestWith } from '../../model/important-change.js';
import { hasHistory, itemKey } from '../../model/notification-key.js';
import type { ItemInterest } from '../../store/item-interest.js';
import type { Told } from './happenings.js';
import type { FoldParts } from './parts.js';

/** Who made and who changed the items that some records are about. */
export class PageInterests {
  readonly #items = new Map<Id, Map<string, Interest>>();
  readonly #changed = new Map<string, ItemInterest>();

  constructor(private readonly parts: Pick<FoldParts, 'scope' | 'interests'>) {}

  async load(items: Iterable<Id>): Promise<void> {
    const missing = [...new Set(items)].filter((item) => !this.#items.has(item));
    for (const item of missing) this.#items.set(item, new Map());
    const { scope, interests } = this.parts;
    for (const one of await interests.ofItems(scope, missing)) this.#items.get(one.item)!.set(one.actorKey, one);
  }

  of(item: Id): Iterable<Interest> {
    return this.#items.get(item)?.values() ?? [];
  }

  find(item: Id, actorKey: string): Interest | undefined {
    return this.#items.get(item)?.get(actorKey);
  }

  /** Takes what the next record says of its item. */
  note({ happening, run }: Told): void {
    const { actorKey, seq } = happening;
    if (actorKey === undefined || !hasHistory(run.item)) return;
    const item = itemKey(run.item);
    const before = this.find(item, actorKey);
    const after = interestWith(before, happening as Happening, actorKey, seq);
    if (after && after !== before) this.set(item, after, seq);
  }

  set(item: Id, { actorKey, createdSeq, changedSeq }: Interest, seq: number): void {
    const after = {
      actorKey,
      ...(createdSeq !== undefined && { createdSeq }),
      ...(changedSeq !== undefined && { changedSeq }),
    };
    const known = this.#items.get(item) ?? new Map<string, Interest>();
    this.#items.set(item, known);
    known.set(actorKey, after);
    this.#changed.set(`${item}:${actorKey}`, { ...after, item, seq });
  }

  write(): Promise<void> {
    return this.parts.interests.write(this.parts.scope, [...this.#changed.values()]);
  }
}
