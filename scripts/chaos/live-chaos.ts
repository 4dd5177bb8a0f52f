import 'reflect-metadata';
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from '../../src/base/lifecycle.js';
import { silentLogger } from '../../src/base/logger.js';
import { type Engine, openEngine } from '../../src/store/engine/engine.js';
import { builtProgram } from '../support/built-program.js';
import { SeededRandom } from '../support/random.js';
import { chaosFilters } from './live-entries.js';
import { ChaosGateway } from './live-gateways.js';
import { openHome, type Violation } from './live-home.js';
import { Pace } from './live-pace.js';
import { LivePoster } from './live-poster.js';
import { LiveSubscriber } from './live-subscriber.js';
import type { LiveWriterMessage, LiveWriterOrder } from './live-writer.js';

export interface LiveChaosOptions {
  /** How long it goes on, from when all are there. */
  readonly seconds: number;
  readonly seed: number;
  readonly subscribers: number;
  readonly gateways: number;
  /** Between two things that go wrong at most, in milliseconds. */
  readonly longestPauseMs?: number;
  progress?(line: string): void;
}

export interface LiveChaosResult {
  readonly engineKills: number;
  readonly gatewayKills: number;
  readonly cuts: number;
  /** Gateways that were started without signals. */
  readonly withoutSignals: number;
  /** False: the writer's process hung, waiting for the store, and had to be killed. */
  readonly hasWriterEnded: boolean;
  /** Sockets that subscribers opened. */
  readonly connections: number;
  readonly entries: number;
  readonly removals: number;
  /** Events that subscribers were told, together. */
  readonly told: number;
  /** How far the last of them ever was behind the log, in numbers of it. */
  readonly furthestBehind: number;
  /** The part of the time in which less was written because somebody was far behind. */
  readonly slowPart: number;
  /** What is wrong; empty when every subscriber got exactly what it must. */
  readonly violations: readonly Violation[];
}

/** Above what its last calls of the store may take together. */
const writerPatienceMs = 60_000;

/**
 * Entries are written and removed while stock graphql-ws clients follow them through several gateways; clients are cut
 * off, gateways and the engine killed with -9 at random moments, and some gateways have no signals. Afterwards what each
 * client was told is compared with the log.
 */
export async function runLiveChaos(options: LiveChaosOptions): Promise<LiveChaosResult> {
  const random = new SeededRandom(options.seed);
  const dataDir = mkdtempSync(join(tmpdir(), 'activity-gateway-chaos-'));
  const engine = await openEngine({ dataDir, logger: silentLogger, idleMs: 1000 });
  const target = { url: engine.url, database: `chaos_${randomBytes(4).toString('hex')}` };
  const home = await openHome(target);
  const gateways = Array.from({ length: options.gateways }, () => new ChaosGateway(target));
  const subscribers: LiveSubscriber[] = [];
  let writer: ChildProcess | undefined;
  let poster: LivePoster | undefined;
  let pace: Pace | undefined;
  try {
    // The first has signals and the second none, whatever the seed.
    await Promise.all(gateways.map((gateway, index) => gateway.start(index % 2 === 0)));
    // Its own chance: how often clients come back is not the seed's to say.
    const chance = new SeededRandom(options.seed + 1);
    const urls = () => gateways.map((gateway) => gateway.url);
    const url = () => `${urls()[chance.between(0, gateways.length - 1)]!.replace('http', 'ws')}/graphql`;
    for (let index = 0; index < options.subscribers; index += 1) {
      const filter = chaosFilters[index % chaosFilters.length];
      subscribers.push(new LiveSubscriber({ filter, url, after: home.start, authorization: home.authorization }));
    }
    writer = await startWriter({ ...target, ...home.people, seed: options.seed, longestPauseMs: 60 });
    poster = new LivePoster(urls, home.authorization, options.seed + 2);
    const lag = await home.watchLag();
    const behind = (): number => lag.of(subscribers);
    const writers = { poster, writer };
    pace = new Pace(behind, (isSlow) => {
      writers.poster.isSlow = isSlow;
      tell(writers.writer, { isSlow });
    });
    const counts = await breakThings(options, random, { engine, gateways, subscribers, behind });
    options.progress?.('nothing breaks any more');
    pace.stop();
    const { furthest: furthestBehind, slowPart } = pace;
    await poster.stop();
    writer.on('message', (told) => options.progress?.(`the writer ${JSON.stringify(told)}`));
    const hasWriterEnded = await finish(writer);
    options.progress?.('nothing is written any more');
    return { ...counts, hasWriterEnded, furthestBehind, slowPart, ...(await home.judge(subscribers)) };
  } finally {
    pace?.stop();
    await poster?.stop();
    writer?.kill('SIGKILL');
    await Promise.all(subscribers.map((subscriber) => subscriber.close()));
    for (const gateway of gateways) gateway.kill();
    await home.close();
    await engine.close();
    await removeWhenIdle(dataDir);
  }
}

async function startWriter(order: LiveWriterOrder): Promise<ChildProcess> {
  const child = fork(await builtProgram('scripts/chaos/live-writer.ts'), [JSON.stringify(order)], { execArgv: [] });
  await once(child, 'message');
  return child;
}

/** What cannot be told to one that has died is not told. */
function tell(writer: ChildProcess, message: LiveWriterMessage): void {
  if (writer.connected) writer.send(message, () => {});
}

/** @returns whether it ended by itself; one that waits for an answer of the store that never comes is killed. */
async function finish(writer: ChildProcess): Promise<boolean> {
  const ended = once(writer, 'exit');
  const timer = setTimeout(() => writer.kill('SIGKILL'), writerPatienceMs);
  tell(writer, 'stop');
  if (writer.exitCode === null) await ended;
  clearTimeout(timer);
  return writer.exitCode === 0;
}

interface Breakable {
  readonly engine: Engine;
  readonly gateways: readonly ChaosGateway[];
  readonly subscribers: readonly LiveSubscriber[];
  /** How far the last of them is behind. */
  behind(): number;
}

type Counts = Pick<LiveChaosResult, 'engineKills' | 'gatewayKills' | 'cuts' | 'withoutSignals'>;

async function breakThings(
  options: LiveChaosOptions,
  random: SeededRandom,
  { engine, gateways, subscribers, behind }: Breakable,
): Promise<Counts> {
  const counts = { engineKills: 0, gatewayKills: 0, cuts: 0, withoutSignals: Math.floor(gateways.length / 2) };
  const restarts = new Map<ChaosGateway, Promise<void>>();
  const endsAt = performance.now() + options.seconds * 1000;
  // Each kind at least once, however short it is.
  let next = 0;
  while (performance.now() < endsAt || next < 2) {
    await sleep(random.between(50, options.longestPauseMs ?? 1000));
    for (const subscriber of subscribers) {
      if (random.next() >= 0.1) continue;
      subscriber.cut();
      counts.cuts += 1;
    }
    const chance = random.next();
    const gateway = gateways[random.between(0, gateways.length - 1)]!;
    const signals = random.next() < 0.5;
    if (next === 0 || chance < 0.12) {
      const pid = engine.pid();
      if (pid === undefined) continue;
      process.kill(pid, 'SIGKILL');
      counts.engineKills += 1;
    } else if ((next === 1 || chance < 0.25) && !restarts.has(gateway)) {
      gateway.kill();
      counts.gatewayKills += 1;
      if (!signals) counts.withoutSignals += 1;
      restarts.set(
        gateway,
        startAgain(gateway, signals).finally(() => restarts.delete(gateway)),
      );
    } else continue;
    next += 1;
    const { engineKills, gatewayKills, cuts } = counts;
    const place = Math.max(...subscribers.map(({ told }) => told.at(-1)?.seq ?? 0));
    options.progress?.(
      `${engineKills} engine, ${gatewayKills} gateway kills, ${cuts} cuts, told up to ${place}, the last ${behind()} behind`,
    );
  }
  await Promise.all(restarts.values());
  return counts;
}

/** As whoever keeps processes running does: one that cannot start because the engine just died is started again. */
async function startAgain(gateway: ChaosGateway, signals: boolean): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await gateway.start(signals);
    } catch (error) {
      if (attempt === 10) throw error;
    }
  }
}

/** The engine holds its files until it has noticed that nobody is left. */
async function removeWhenIdle(dataDir: string): Promise<void> {
  await sleep(1500);
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
}
