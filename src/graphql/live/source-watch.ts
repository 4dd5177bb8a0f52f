import { setTimeout as pause } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Id } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import type { SourceService } from '../../services/sources.js';
import { type SourceType, shownSource } from '../sources/source.type.js';
import { hashText } from './hash.js';

/** A source as it was last seen. */
export interface SeenSource {
  readonly source: SourceType;
  /** Other for another state; the growing lag alone is none. */
  readonly print: string;
}

export interface SourceWatchParts {
  readonly workspaceId: Id;
  readonly services: { readonly sources: Pick<SourceService, 'list' | 'onChange'> };
  readonly logger: Logger;
  readonly pollMs: number;
  /** How much of what was told is kept for those who ask for the same, in characters. */
  readonly keptCharacters?: number;
  /** Nobody looks any more. */
  onIdle(): void;
}

const maxTexts = 1000;
const defaultKeptCharacters = 4 * 1024 * 1024;

/**
 * The sources of one workspace while somebody follows them. Their states are no part of the log, so one look in a while
 * finds out what has changed, for all who follow; what this process changes is looked at at once.
 */
export class SourceWatch {
  readonly #listeners = new Set<() => void>();
  /** What was made of a state for those who ask for the same. */
  readonly #texts: LRUCache<string, Promise<string>>;
  #seen: ReadonlyMap<Id, SeenSource> = new Map();
  #woken = new AbortController();
  #isRunning = false;

  constructor(private readonly parts: SourceWatchParts) {
    const { keptCharacters = defaultKeptCharacters } = parts;
    this.#texts = new LRUCache({ max: maxTexts, maxSize: keptCharacters });
  }

  /** By id; empty until the first look. */
  get seen(): ReadonlyMap<Id, SeenSource> {
    return this.#seen;
  }

  get isIdle(): boolean {
    return this.#listeners.size === 0;
  }

  /** Tells after each look. */
  add(listener: () => void): void {
    this.#listeners.add(listener);
    if (this.#isRunning) this.#woken.abort();
    else void this.#run();
  }

  remove(listener: () => void): void {
    this.#listeners.delete(listener);
    if (this.isIdle) this.#woken.abort();
  }

  /** The text of a state, made once for all whose `key` is the same. */
  text(key: string, { source, print }: SeenSource, make: (source: SourceType) => Promise<string>): Promise<string> {
    const whole = `${key}:${source.id}:${print}`;
    const known = this.#texts.get(whole);
    if (known) return known;
    const text = make(source);
    this.#texts.set(whole, text, { size: whole.length });
    text.then(
      ({ length }) => {
        // How long it is shows only now; the cache takes another size only for what it does not have.
        if (this.#texts.delete(whole)) this.#texts.set(whole, text, { size: whole.length + length });
      },
      () => this.#texts.delete(whole),
    );
    return text;
  }

  async #run(): Promise<void> {
    const { services, workspaceId, logger, pollMs, onIdle } = this.parts;
    this.#isRunning = true;
    const stop = services.sources.onChange(workspaceId, () => this.#woken.abort());
    let failures = 0;
    while (!this.isIdle) {
      this.#woken = new AbortController();
      try {
        await this.#look();
        failures = 0;
      } catch (error) {
        if (failures === 0) logger.warn({ err: error }, 'live: sources cannot be looked at, trying again');
        failures += 1;
      }
      await pause(pollMs, undefined, { signal: this.#woken.signal, ref: false }).catch(() => {});
    }
    stop();
    this.#isRunning = false;
    onIdle();
  }

  async #look(): Promise<void> {
    const { services, workspaceId } = this.parts;
    // Whether each of those who follow may see them was found out when they came.
    const views = await services.sources.list({ workspaceId, scopes: new Set(['source:read']) });
    this.#seen = new Map(views.map((view) => [view.source.id, seenOf(shownSource(view))]));
    for (const listener of [...this.#listeners]) listener();
  }
}

function seenOf(source: SourceType): SeenSource {
  return { source, print: hashText(JSON.stringify({ ...source, lag: undefined })) };
}
