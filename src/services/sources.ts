import { EventEmitter } from 'node:events';
import { canReadSources, canWriteSources, requireScope } from '../auth/policies.js';
import type { Clock } from '../base/clock.js';
import { encodeFeedCursor } from '../base/cursor.js';
import { badInput, notFound, tooLarge } from '../base/errors.js';
import { type Id, newId } from '../base/ids.js';
import type { LogReader } from '../log/place.js';
import type { Source, SourceDescription, SourceFault } from '../model/source.js';
import type { SourceSystem } from '../model/source-system.js';
import type { Viewer } from '../model/viewer.js';
import type { Sources } from '../store/sources.js';
import { checkId } from './input/checks.js';
import type { ReaderContext } from './nouns/results.js';
import { changedMeanwhile, changeSource, type Decision, existingSource } from './sources/change.js';
import { checkConnect } from './sources/connect.js';
import { faultOf } from './sources/fault.js';
import {
  type ConnectSourceInput,
  checkChange,
  checkSecret,
  checkSecretName,
  checkSecrets,
  type UpdateSourceInput,
} from './sources/input.js';
import type { SourcePuller, SourceStateReader } from './sources/ports.js';
import { type SourceView, viewsOf } from './sources/view.js';

export interface SourceServiceParts {
  readonly sources: Sources;
  readonly sourceStates: SourceStateReader;
  readonly sourcePuller: SourcePuller;
  /** What can be connected. */
  readonly sourceDescriptions: readonly SourceDescription[];
  /** Origins that the administrator vouches for. */
  readonly sourceOrigins: readonly string[];
  readonly reader: LogReader;
  readonly clock: Clock;
}

export interface ChangedSource {
  readonly source: SourceView;
  /** The log's place as of the answer. A source is no part of the log, so nothing was written there. */
  readonly cursor: string;
}

export interface TestedSource extends ChangedSource {
  /** Why it cannot be read; undefined where it can. */
  readonly fault?: SourceFault;
}

export interface RemovedSource {
  readonly deletedId: Id;
  readonly cursor: string;
}

/** A workspace has no more sources: all of them are listed at once. */
export const maxSources = 100;

/** The accounts of outside systems that a workspace has connected. Secrets go in here and never come out. */
export class SourceService {
  readonly #changes = new EventEmitter();
  readonly #descriptions: ReadonlyMap<SourceSystem, SourceDescription>;

  constructor(private readonly parts: SourceServiceParts) {
    this.#descriptions = new Map(parts.sourceDescriptions.map((description) => [description.system, description]));
  }

  /** Tells of changes that this process made or knows of. @returns what ends that. */
  onChange(workspaceId: Id, listener: () => void): () => void {
    this.#changes.on(workspaceId, listener);
    return () => void this.#changes.off(workspaceId, listener);
  }

  /** Something of a workspace's sources has changed: whoever follows them looks at once. */
  announce(workspaceId: Id): void {
    this.#changes.emit(workspaceId);
  }

  /** The systems that can be connected. */
  systems(viewer: Viewer): readonly SourceDescription[] {
    requireScope(canReadSources(viewer), 'source:read');
    return this.parts.sourceDescriptions;
  }

  /** All sources of the workspace, by name. */
  async list(viewer: ReaderContext): Promise<SourceView[]> {
    requireScope(canReadSources(viewer), 'source:read');
    return this.#views(viewer.workspaceId, await this.parts.sources.list(viewer.workspaceId));
  }

  /** The sources of these systems, or of all, that may have more than the log has of them. */
  async stale(viewer: ReaderContext, systems?: readonly SourceSystem[] | null): Promise<SourceView[]> {
    requireScope(canReadSources(viewer), 'source:read');
    const all = await this.parts.sources.list(viewer.workspaceId);
    const asked = systems ? all.filter(({ system }) => systems.includes(system)) : all;
    return (await this.#views(viewer.workspaceId, asked)).filter((view) => view.isStale);
  }

  async get(viewer: ReaderContext, id: Id): Promise<SourceView | undefined> {
    requireScope(canReadSources(viewer), 'source:read');
    const source = await this.parts.sources.get(viewer.workspaceId, checkId(id, 'id')!);
    return source && this.#view(source);
  }

  /** @throws CodedError FORBIDDEN; BAD_USER_INPUT naming the field; CONFLICT naming `input.name` or `input.writeThrough`. */
  async connect(viewer: Viewer, input: ConnectSourceInput): Promise<ChangedSource> {
    requireScope(canWriteSources(viewer), 'source:write');
    const { workspaceId } = viewer;
    const description = this.#descriptions.get(input.system);
    if (!description) throw badInput('input.system', `${input.system} cannot be connected`);
    const { said, secrets } = checkConnect(input, description, this.parts.sourceOrigins);
    const place = await this.parts.reader.settle(workspaceId);
    await this.#refuseTooMany(workspaceId);
    const now = this.parts.clock.now();
    const made: Source = { ...said, id: newId(), workspaceId, version: 1, createdAt: now, updatedAt: now };
    if (made.writesThrough) await this.parts.sourceStates.writeFrom(workspaceId, made.id, place);
    return this.#changed(await this.parts.sources.insert(made, secrets), encodeFeedCursor(place), true);
  }

  /**
   * What the input leaves out stays; its secrets join those that are there, unless it names another origin. With another
   * address or other settings reading begins anew: what is read again is recognised.
   */
  update(viewer: Viewer, input: UpdateSourceInput): Promise<ChangedSource> {
    return this.#change(viewer, input.id, 'input.id', (source, description) => {
      const { version } = input;
      if (version !== null && version !== undefined && version !== source.version)
        throw changedMeanwhile('input.version');
      const change = checkChange(input, description, this.parts.sourceOrigins);
      return { change, secrets: checkSecrets(input.secrets, 'input.secrets', description) };
    });
  }

  replaceSecret(viewer: Viewer, id: Id, name: string, value: string): Promise<ChangedSource> {
    return this.#change(viewer, id, 'id', (_source, description) => ({
      change: {},
      secrets: { [checkSecretName(name, 'name', description)]: checkSecret(value, 'value') },
    }));
  }

  /** A paused one is not read; what it delivers is kept, and processed once it is resumed. */
  pause(viewer: Viewer, id: Id): Promise<ChangedSource> {
    return this.#change(viewer, id, 'id', ({ isPaused }) => (isPaused ? undefined : { change: { isPaused: true } }));
  }

  /** Reading goes on where it was; what was delivered meanwhile is processed soon. */
  resume(viewer: Viewer, id: Id): Promise<ChangedSource> {
    return this.#change(viewer, id, 'id', ({ isPaused }) => (isPaused ? { change: { isPaused: false } } : undefined));
  }

  /** Has it read as soon as somebody can, also where reading was given up. */
  async syncNow(viewer: Viewer, id: Id): Promise<ChangedSource> {
    requireScope(canWriteSources(viewer), 'source:write');
    const source = await existingSource(this.parts, viewer.workspaceId, id, 'id');
    if (source.isPaused) throw badInput('id', `${source.name} is paused; resume it first`);
    return this.#changed(source, await this.#cursor(viewer.workspaceId), true);
  }

  /** Finds out with one call whether the source can be read as it is set up now. */
  async test(viewer: Viewer, id: Id): Promise<TestedSource> {
    requireScope(canWriteSources(viewer), 'source:write');
    const source = await existingSource(this.parts, viewer.workspaceId, id, 'id');
    const fault = await this.#faultOf(source);
    const changed = await this.#changed(source, await this.#cursor(viewer.workspaceId), false);
    return { ...changed, ...(fault && { fault }) };
  }

  /** Takes the source away with its secrets. What it brought stays in the log. */
  async remove(viewer: Viewer, id: Id): Promise<RemovedSource> {
    requireScope(canWriteSources(viewer), 'source:write');
    const { workspaceId } = viewer;
    const deletedId = checkId(id, 'id')!;
    const cursor = await this.#cursor(workspaceId);
    const isRemoved = await this.parts.sources.remove(workspaceId, deletedId, this.parts.clock.now());
    if (!isRemoved) throw notFound('The source', 'id');
    this.announce(workspaceId);
    return { deletedId, cursor };
  }

  async #faultOf(source: Source): Promise<SourceFault | undefined> {
    try {
      await this.parts.sourcePuller.test(source);
      return undefined;
    } catch (error) {
      const fault = faultOf(error, this.parts.clock.now());
      if (!fault) throw error;
      return fault;
    }
  }

  async #change(
    viewer: Viewer,
    id: Id,
    field: string,
    decide: (source: Source, description: SourceDescription) => Decision | undefined,
  ): Promise<ChangedSource> {
    requireScope(canWriteSources(viewer), 'source:write');
    const { workspaceId } = viewer;
    const place = await this.parts.reader.settle(workspaceId);
    const { source, isChanged } = await changeSource(this.parts, { workspaceId, id, field }, place, (found) =>
      decide(found, this.#descriptionOf(found)),
    );
    return this.#changed(source, encodeFeedCursor(place), isChanged && !source.isPaused);
  }

  #descriptionOf({ system }: Source): SourceDescription {
    const description = this.#descriptions.get(system);
    if (!description) throw badInput('id', `${system} can no longer be connected; remove this source`);
    return description;
  }

  async #refuseTooMany(workspaceId: Id): Promise<void> {
    const { length } = await this.parts.sources.list(workspaceId);
    if (length >= maxSources)
      throw tooLarge('input', `A workspace has at most ${maxSources} sources; remove one first`);
  }

  async #changed(source: Source, cursor: string, wakes: boolean): Promise<ChangedSource> {
    if (wakes) await this.parts.sourcePuller.wake(source.workspaceId, source.id);
    this.announce(source.workspaceId);
    return { source: await this.#view(source), cursor };
  }

  async #cursor(workspaceId: Id): Promise<string> {
    return encodeFeedCursor(await this.parts.reader.settle(workspaceId));
  }

  async #view(source: Source): Promise<SourceView> {
    return (await this.#views(source.workspaceId, [source]))[0]!;
  }

  #views(workspaceId: Id, sources: readonly Source[]): Promise<SourceView[]> {
    return viewsOf(this.parts, this.#descriptions, workspaceId, sources);
  }
}
