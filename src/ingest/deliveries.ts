import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.js';
import { CodedError, notFound } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import type { Logger } from '../base/logger.js';
import type { Source } from '../model/source.js';
import type { SourceSystem } from '../model/source-system.js';
import type { Deliveries, Delivery } from '../store/deliveries.js';
import type { Connector, Delivered, DeliveryHeaders, Receiver } from './connector.js';
import { type RecordingParts, recordRows } from './recording.js';
import { UpstreamError } from './upstream-error.js';

export interface DeliveryParts extends RecordingParts {
  readonly deliveries: Deliveries;
  readonly sources: {
    get(workspaceId: Id, id: Id): Promise<Source | undefined>;
    list(workspaceId: Id): Promise<readonly Source[]>;
  };
  readonly secrets: { open(source: Source): Promise<Readonly<Record<string, string>>> };
  readonly connectors: ReadonlyMap<SourceSystem, Connector>;
  /** Whose a source is: a delivery's address names nobody else. */
  workspaceOf(sourceId: Id): Promise<Id | undefined>;
  /** Has a source read at once. */
  pullNow(source: Source): Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A source with what its deliveries are verified by; without a secret they are not. */
export interface Addressee {
  readonly source: Source;
  readonly receiver: Receiver<unknown>;
  readonly secret: string | undefined;
}

/** For so long one that was taken up is its process's. Longer than recording takes; a killed one's is taken up after it. */
const takenMs = 30_000;
const laterMs = 30_000;
/** A delivery this old is of a source that is listed by now, whatever the clocks of two processes say. */
const goneMs = 30_000;
const goneText = 'The source was removed';
/** What fails for good, by a fault of ours, is not to be tried as often as what comes first. */
const maxDoublings = 6;
/** What a sender says about its delivery, not about itself. */
const keptHeaders = /^(content-type|x-(?!forwarded|real-ip)[a-z0-9-]+)$/;

/**
 * What sources send by themselves: verified over the bytes as they came, kept, answered, and only then looked at. A
 * delivery that is answered is therefore processed sooner or later, whatever happens to this process.
 */
export class DeliveryDesk {
  readonly #loops = new Map<Id, Loop>();
  #isClosing = false;

  constructor(private readonly parts: DeliveryParts) {}

  /**
   * Who takes what is delivered to a source. Asked before anything of the delivery is read: its address is all that is
   * known of it by then.
   * @throws CodedError NOT_FOUND for a source that is not there or takes none; FORBIDDEN where there is no secret to
   * verify by and the source does not accept that; SERVICE_UNAVAILABLE while its secrets cannot be opened.
   */
  async addressee(sourceId: Id): Promise<Addressee> {
    const { sources, connectors, workspaceOf } = this.parts;
    const workspaceId = await workspaceOf(sourceId);
    const source = workspaceId === undefined ? undefined : await sources.get(workspaceId, sourceId);
    const receiver = source && connectors.get(source.system)?.receive;
    if (!source || !receiver) throw notFound('A source that takes deliveries here', 'id');
    const secret = (await this.#secretsOf(source))[receiver.secret];
    if (secret === undefined && !source.acceptsUnsigned) {
      throw new CodedError('FORBIDDEN', `This source takes no deliveries until its secret ${receiver.secret} is set`);
    }
    return { source, receiver, secret };
  }

  /**
   * Takes a delivery. Resolves once it is kept; `isRepeat` for the same bytes again.
   * @throws CodedError UNAUTHENTICATED for a wrong signature.
   */
  async take(
    { source, receiver, secret }: Addressee,
    headers: DeliveryHeaders,
    body: Uint8Array,
  ): Promise<{ readonly isRepeat: boolean }> {
    if (secret !== undefined && !receiver.verify(headers, body, secret)) {
      throw new CodedError('UNAUTHENTICATED', 'The signature is not that of this body and secret');
    }
    const { deliveries, clock } = this.parts;
    const kept = Object.entries(headers).filter(([name, value]) => value !== undefined && keptHeaders.test(name));
    const id = await deliveries.keep(source.workspaceId, {
      sourceId: source.id,
      headers: Object.fromEntries(kept) as Record<string, string>,
      body,
      receivedAt: clock.now(),
      hash: createHash('sha256').update(body).digest(),
    });
    // Also for a repeat: what could not be processed when it came first is due again.
    this.#processSoon(source.workspaceId);
    return { isRepeat: id === undefined };
  }

  /**
   * Processes what is due, and answers how many that were. For what a killed process left, and for replays. A workspace
   * is worked for by one loop at a time, which goes on for whoever asks meanwhile: it ends with what is due, or as soon as
   * one of those who wait for it does not want to proceed. What is left is taken up later.
   */
  processDue(workspaceId: Id, proceed: () => boolean = () => true): Promise<number> {
    const known = this.#loops.get(workspaceId);
    if (known) {
      known.proceeds.push(proceed);
      known.isAskedAgain = true;
      return known.done;
    }
    const loop: Loop = { proceeds: [() => !this.#isClosing, proceed], isAskedAgain: true, done: Promise.resolve(0) };
    this.#loops.set(workspaceId, loop);
    loop.done = this.#run(workspaceId, loop);
    return loop.done;
  }

  /** Finishes the one delivery of each workspace that it has begun. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.allSettled([...this.#loops.values()].map(({ done }) => done));
  }

  async #run(workspaceId: Id, loop: Loop): Promise<number> {
    const { deliveries, clock } = this.parts;
    let processed = 0;
    let active: readonly Id[] = [];
    try {
      while (loop.proceeds.every((proceed) => proceed())) {
        if (loop.isAskedAgain) {
          loop.isAskedAgain = false;
          active = await this.#active(workspaceId);
        }
        const now = clock.now();
        const delivery = await deliveries.takeUp(workspaceId, now, new Date(now.getTime() + takenMs), active);
        if (delivery) {
          await this.#process(delivery);
          processed += 1;
        } else if (!loop.isAskedAgain) break;
      }
    } finally {
      // In the same turn as its end: nobody asks a loop that no longer looks.
      this.#loops.delete(workspaceId);
    }
    return processed;
  }

  /** The sources that deliveries are processed of. What waits for a paused one stays as it is until that goes on. */
  async #active(workspaceId: Id): Promise<Id[]> {
    const { sources, deliveries, clock } = this.parts;
    const now = clock.now();
    const all = await sources.list(workspaceId);
    const before = new Date(now.getTime() - goneMs);
    await deliveries.failOthers(
      workspaceId,
      all.map(({ id }) => id),
      before,
      now,
      goneText,
    );
    return all.filter(({ isPaused }) => !isPaused).map(({ id }) => id);
  }

  async #secretsOf(source: Source): Promise<Readonly<Record<string, string>>> {
    try {
      return await this.parts.secrets.open(source);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      // The administrator can mend it, and the sender has what it sends until then. It is told no more than that.
      const message = 'This source cannot take deliveries now; send it again later';
      throw new CodedError('SERVICE_UNAVAILABLE', message, undefined, { cause: error, retryAfterSeconds: 60 });
    }
  }

  #processSoon(workspaceId: Id): void {
    const known = this.#loops.get(workspaceId);
    if (known) {
      known.isAskedAgain = true;
      return;
    }
    this.processDue(workspaceId).catch((error: unknown) =>
      this.parts.logger.warn({ err: error }, 'deliveries: not processed yet, trying later'),
    );
  }

  async #process({ id, workspaceId, sourceId, headers, body, attempts }: Delivery): Promise<void> {
    const { deliveries, sources, connectors, clock, logger } = this.parts;
    const waitMs = laterMs * 2 ** Math.min(attempts - 1, maxDoublings);
    const later = (): Date => new Date(clock.now().getTime() + waitMs);
    const source = await sources.get(workspaceId, sourceId);
    if (!source) return deliveries.failed(workspaceId, id, clock.now(), goneText);
    if (source.isPaused) return deliveries.later(workspaceId, id, later(), 'The source is paused');
    let delivered: Delivered;
    try {
      const connector = connectors.get(source.system)!;
      delivered = connector.receive!.read(body, headers, connector.settings.parse(source.settings));
    } catch (error) {
      logger.warn({ err: error, sourceId, deliveryId: id, attempts }, 'delivery: cannot be read');
      const message = error instanceof UpstreamError ? error.message : 'What was delivered could not be read';
      return deliveries.failed(workspaceId, id, clock.now(), message);
    }
    const { rows, rejected = [], pullNow } = delivered;
    if (rejected.length > 0) logger.warn({ sourceId, deliveryId: id, reason: rejected[0] }, 'delivery: no rows');
    try {
      await recordRows(this.parts, source, rows);
      if (pullNow) await this.parts.pullNow(source);
      await deliveries.done(workspaceId, id, clock.now());
    } catch (error) {
      // It was read, so what is wrong lies here and not with it.
      logger.info({ err: error, sourceId, deliveryId: id, attempts }, 'delivery: not recorded');
      const message = error instanceof UpstreamError ? error.message : 'It could not be recorded';
      await deliveries.later(workspaceId, id, later(), message);
    }
  }
}

interface Loop {
  readonly proceeds: (() => boolean)[];
  /** Since it last looked: what was kept meanwhile may not have been seen. */
  isAskedAgain: boolean;
  done: Promise<number>;
}
