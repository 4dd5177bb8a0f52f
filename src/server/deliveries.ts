import type { FastifyInstance } from 'fastify';
import type { Id } from '../base/ids.js';
import type { DeliveryHeaders } from '../ingest/connector.js';

export interface DeliveryDoor {
  take(sourceId: Id, headers: DeliveryHeaders, body: Uint8Array): Promise<{ readonly isRepeat: boolean }>;
}

/** `POST /sources/:id/deliveries`: where sources send what they have to say. The body is whatever bytes they sign. */
export async function registerDeliveries(app: FastifyInstance, desk: DeliveryDoor): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post<{ Params: { id: string } }>('/sources/:id/deliveries', async (request, reply) => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
      );
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const { isRepeat } = await desk.take(request.params.id.toLowerCase(), headers, body);
      return reply.code(202).send({ accepted: true, repeat: isRepeat });
    });
  });
}
