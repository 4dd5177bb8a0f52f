import type { Id } from '../../base/ids.js';
import type { SourceType } from '../sources/source.type.js';
import type { LiveSubscription } from './live-subscription.js';
import type { Outlet } from './outlet.js';
import type { SeenSource, SourceWatch } from './source-watch.js';
import { Unyielding } from './unyielding.js';

export interface SourceFollowerParts {
  readonly watch: SourceWatch;
  /** The one source that it is about; undefined for all. */
  readonly id: Id | undefined;
  readonly outlet: Outlet;
  /** Equal for all who get the same texts. */
  readonly key: string;
  textOf(source: SourceType): Promise<string>;
}

/**
 * One who follows sources: first each as it is, then each that has changed, in its newest state. Who does not take what
 * comes misses states in between, never the last one, and holds nothing but what it was told of each.
 */
export class SourceFollower extends Unyielding implements LiveSubscription {
  readonly place = undefined;
  /** By id of the source, the state that was told. */
  readonly #told = new Map<Id, string>();
  #isTelling = false;
  #isNews = false;

  constructor(private readonly parts: SourceFollowerParts) {
    super();
  }

  protected override onStart(): void {
    this.parts.watch.add(this.#onLook);
  }

  protected override onStop(): void {
    this.parts.watch.remove(this.#onLook);
  }

  readonly #onLook = (): void => {
    this.#isNews = true;
    if (!this.#isTelling) void this.#tellAll();
  };

  async #tellAll(): Promise<void> {
    this.#isTelling = true;
    try {
      while (this.#isNews && !this.isStopped) {
        this.#isNews = false;
        await this.#tellNews();
      }
    } catch (error) {
      if (!this.isStopped) this.end(error);
    }
    this.#isTelling = false;
  }

  async #tellNews(): Promise<void> {
    const { watch, id } = this.parts;
    for (const known of this.#told.keys()) if (!watch.seen.has(known)) this.#told.delete(known);
    // Nothing more will ever be told of a source that was removed.
    if (id !== undefined && !watch.seen.has(id)) return void (await this.return());
    for (const about of id === undefined ? watch.seen.keys() : [id]) await this.#tell(about);
  }

  async #tell(id: Id): Promise<void> {
    const { watch, outlet, key, textOf } = this.parts;
    if (!this.#isNewsOf(watch.seen.get(id))) return;
    while (!this.isStopped && !outlet.isReady()) await outlet.whenReady();
    // It may have waited for long: what is told is the state of now.
    const seen = watch.seen.get(id);
    if (this.isStopped || !this.#isNewsOf(seen)) return;
    const text = await watch.text(key, seen, textOf);
    if (this.isStopped) return;
    if (!outlet.isReady()) {
      this.#isNews = true;
      return;
    }
    // Empty where it could not be told at all, which the log of the process says.
    if (text !== '') outlet.send(text);
    this.#told.set(id, seen.print);
  }

  #isNewsOf(seen: SeenSource | undefined): seen is SeenSource {
    return seen !== undefined && this.#told.get(seen.source.id) !== seen.print;
  }
}
