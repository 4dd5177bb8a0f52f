import { once } from 'node:events';
import { connect } from 'node:net';
import { Transform } from 'node:stream';
import Fastify, { type FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CreateActivityLogDocument } from '../../schema/operations/operations.js';
import { answerErrors } from '../../src/server/error-answer.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const lines: string[] = [];
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ logger: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }) });
});
afterAll(() => gateway.close());

describe('an error that nobody expected', () => {
  it('leaves with a request id and nothing else, and is logged whole under it', async () => {
    const { createActivityLog } = await gateway.data(CreateActivityLogDocument, {
      input: { action: 'damaged', additionalData: { fine: true } },
    });
    const id = createActivityLog.activityLog!.id;
    await gateway.store.db
      .collection('activity_logs')
      .updateOne({ additionalData: { $exists: true } }, { $set: { additionalData: '{"secret-text' } });
    const answer = await gateway.query(`{ activityLog(id: "${id}") { id additionalData } }`);
    const requestId = answer.headers.get('x-request-id')!;
    expect(answer.data).toEqual({ activityLog: { id, additionalData: null } });
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors![0]!.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', requestId });
    expect(answer.errors![0]!.message).toContain(requestId);
    expect(JSON.stringify(answer)).not.toMatch(/secret-text|JSON at|Unterminated|stack/);
    const logged = lines.map((line) => JSON.parse(line)).find((line) => line.level >= 50);
    expect(logged).toMatchObject({ requestId, path: ['activityLog', 'additionalData'] });
    expect(logged.err.stack).toMatch(/SyntaxError/);
  });
});

describe('an answer whose stream ends before it began', () => {
  it.each([
    ['since its caller left', true],
    ['though its caller waits', false],
  ])('%s: is an error of ours unless they left', async (_, leaves) => {
    const logged: string[] = [];
    const logger = pino({ level: 'error' }, { write: (line: string) => void logged.push(line) });
    const app: FastifyInstance = Fastify({ loggerInstance: logger as FastifyInstance['log'] });
    answerErrors(app);
    const ended = new Promise<void>((resolve) => {
      app.addHook('onError', async () => void setImmediate(resolve));
    });
    app.get('/', (request, reply) => {
      const stream = new Transform();
      reply.send(stream);
      if (leaves) request.raw.socket.destroy();
      stream.destroy();
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as { port: number };
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nhost: here\r\n\r\n');
    await ended;
    expect(logged.length).toBe(leaves ? 0 : 1);
    socket.destroy();
    await app.close();
  });
});
