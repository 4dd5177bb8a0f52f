import { createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../scripts/upstreams/emulator.js';
import type { Fault } from '../../scripts/upstreams/faults.js';
import { Outbound } from '../../src/ingest/outbound.js';
import { isPublicAddress } from '../../src/ingest/outbound-address.js';
import type { UpstreamError } from '../../src/ingest/upstream-error.js';

let emulator: Emulator;
let elsewhere: Emulator;
let outbound: Outbound;

beforeAll(async () => {
  emulator = await startEmulator((app) => {
    app.get('/v1/thing', async (request) => ({ ok: true, query: request.query }));
    app.get('/v1/moved', async (_request, reply) => reply.redirect('/v1/thing'));
    app.get('/v1/round', async (_request, reply) => reply.redirect('/v1/round'));
    app.get('/v1/latin', async (_request, reply) =>
      reply.type('application/json').send(Buffer.from([0x22, 0xe9, 0x22])),
    );
    app.post('/v1/thing', async (request) => ({ got: request.body }));
    app.post('/v1/moved', async (_request, reply) => reply.redirect('/v1/thing', 307));
  });
  elsewhere = await startEmulator((app) => void app.get('/', async () => ({ secret: true })));
  outbound = new Outbound({
    privateOrigins: [emulator.url],
    limits: { silenceMs: 600, totalMs: 10_000, wireBytes: 200_000, textBytes: 1_000_000 },
  });
});
beforeEach(() => emulator.faults.set({ kind: 'none' }));
afterAll(() => Promise.all([emulator.close(), elsewhere.close(), outbound.close()]));

const upstream = () => outbound.to(`${emulator.url}/v1/`);
const faultOf = async (path = '/thing'): Promise<UpstreamError> => {
  const result = await upstream()
    .call({ path })
    .then((answer) => answer.json())
    .catch((error: UpstreamError) => error);
  expect(result).toBeInstanceOf(Error);
  return result as UpstreamError;
};

describe('calls to a source', () => {
  it('go below its base URL, with what they ask for', async () => {
    const answer = await upstream().call({ path: '/thing', query: { a: 'x y', none: undefined, n: 3 } });
    expect(answer.json()).toEqual({ ok: true, query: { a: 'x y', n: '3' } });
  });

  it('follow a redirect within the origin, and no other', async () => {
    expect((await upstream().call({ path: '/moved' })).json()).toMatchObject({ ok: true });
    emulator.faults.set({ kind: 'redirect', to: `${elsewhere.url}/` });
    expect(await faultOf()).toMatchObject({ kind: 'BLOCKED' });
    expect(elsewhere.requests.size).toBe(0);
  });

  it('do not run in circles, and never repeat a write elsewhere', async () => {
    expect(await faultOf('/round')).toMatchObject({ kind: 'MALFORMED' });
    await expect(upstream().call({ method: 'POST', path: '/moved', json: {} })).rejects.toMatchObject({
      kind: 'REFUSED',
    });
  });

  it('do not leave the origin by a whole URL that a page names', async () => {
    await expect(upstream().call({ path: `${elsewhere.url}/` })).rejects.toMatchObject({ kind: 'BLOCKED' });
    expect((await upstream().call({ path: `${emulator.url}/v1/thing` })).status).toBe(200);
    expect(elsewhere.requests.size).toBe(0);
  });

  const cases: [Fault, string][] = [
    [{ kind: 'slow', ms: 2_000 }, 'UNREACHABLE'],
    [{ kind: 'cut-off' }, 'UNREACHABLE'],
    [{ kind: 'wrong-length' }, 'UNREACHABLE'],
    [{ kind: 'away' }, 'UNREACHABLE'],
    [{ kind: 'html' }, 'MALFORMED'],
    [{ kind: 'gzip-bomb', megabytes: 64 }, 'MALFORMED'],
    [{ kind: 'status', status: 500 }, 'UNREACHABLE'],
    [{ kind: 'status', status: 401 }, 'REFUSED'],
    [{ kind: 'status', status: 403 }, 'REFUSED'],
    [{ kind: 'status', status: 422 }, 'REFUSED'],
    [{ kind: 'too-many', retryAfterSeconds: 7 }, 'RATE_LIMITED'],
  ];
  it.each(cases)('tell %o as its class', async (fault, kind) => {
    emulator.faults.set(fault);
    const error = await faultOf();
    expect(error).toMatchObject({ name: 'UpstreamError', kind });
    expect(error.message).not.toContain('never leaves');
  });

  it('keep what a source says about patience', async () => {
    emulator.faults.set({ kind: 'too-many', retryAfterSeconds: 7 });
    expect(await faultOf()).toMatchObject({ retryAfterMs: 7_000 });
  });

  it('hold no more of a bomb than the limit', async () => {
    emulator.faults.set({ kind: 'gzip-bomb', megabytes: 150 });
    const before = process.memoryUsage().rss;
    expect((await faultOf()).kind).toBe('MALFORMED');
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 * 1024);
  });

  it('take no answer that is no UTF-8: what is kept must be what was sent', async () => {
    expect(await faultOf('/latin')).toMatchObject({ kind: 'MALFORMED' });
  });

  it('are not stuck behind answers in other encodings, and end also while they wait for their turn', async () => {
    const strange = await startEmulator((app) => {
      const long = JSON.stringify('x'.repeat(150_000));
      app.get('/strange', async (_request, reply) =>
        reply.header('content-encoding', 'zstd').type('application/json').send(long),
      );
      app.get('/constructor', async (_request, reply) => reply.header('content-encoding', 'constructor').send(long));
      app.get('/fine', async () => ({ ok: true }));
      app.get('/never', async () => new Promise(() => {}));
    });
    const limits = { silenceMs: 60_000, totalMs: 700 };
    const client = new Outbound({ privateOrigins: [strange.url], limits });
    const call = (path: string) => client.to(strange.url).call({ path });
    for (let n = 0; n < 12; n += 1) {
      await expect(call(n % 2 ? '/strange' : '/constructor')).rejects.toMatchObject({ kind: 'MALFORMED' });
    }
    expect((await call('/fine')).json()).toEqual({ ok: true });
    const waiting = await Promise.allSettled(Array.from({ length: 20 }, () => call('/never')));
    for (const one of waiting) expect(one).toMatchObject({ status: 'rejected', reason: { kind: 'UNREACHABLE' } });
    await client.close();
    await strange.close();
  });

  it('that cannot be made are refused, not tried for ever', async () => {
    const headers = { 'x-user-id': 'two\nlines' };
    await expect(upstream().call({ path: '/thing', headers })).rejects.toMatchObject({ kind: 'REFUSED' });
  });

  it('say who is not there', async () => {
    const port = await freePort();
    const gone = new Outbound({ privateOrigins: [`http://127.0.0.1:${port}`] });
    await expect(gone.to(`http://127.0.0.1:${port}`).call({ path: '/' })).rejects.toMatchObject({
      kind: 'UNREACHABLE',
      message: 'Nobody answers at the source',
    });
    await gone.close();
  });
});

describe('addresses', () => {
  it('of this machine and its network are out of reach, by number and by name', async () => {
    const strict = new Outbound({ privateOrigins: [] });
    const { port } = new URL(emulator.url);
    const before = emulator.requests.size;
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '2130706433']) {
      await expect(strict.to(`http://${host}:${port}`).call({ path: '/v1/thing' })).rejects.toMatchObject({
        kind: 'BLOCKED',
      });
    }
    expect(emulator.requests.size).toBe(before);
    await strict.close();
  });

  it('are public or not', () => {
    for (const address of [
      '10.0.0.1',
      '192.168.1.1',
      '172.16.0.1',
      '169.254.169.254',
      'fe80::1',
      'fc00::1',
      '::',
      '100.64.0.1',
      '::7f00:1',
    ]) {
      expect([address, isPublicAddress(address)]).toEqual([address, false]);
    }
    for (const address of ['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946']) {
      expect([address, isPublicAddress(address)]).toEqual([address, true]);
    }
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
