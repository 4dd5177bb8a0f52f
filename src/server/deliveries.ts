import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CodedError } from '../base/errors.js';
import type { Id } from '../base/ids.js';
import type { DeliveryHeaders } from '../ingest/connector.js';
import { BodySlots } from './body-slots.js';

export interface DeliveryDoor<A = unknown> {
  /** Who takes what is delivered to a source. @throws CodedError where nobody does. */
  addressee(sourceId: Id): Promise<A>;
  take(addressee: A, headers: DeliveryHeaders, body: Uint8Array): Promise<{ readonly isRepeat: boolean }>;
}

export interface DeliveryLimits {
  readonly maxBodyBytes: number;
  /** Bodies in memory at once, of all senders together: who they are is known only once a body was read. */
  readonly bodiesAtOnce: number;
  /** A body that takes longer is let go. */
  readonly bodyMs: number;
}

const defaultLimits: DeliveryLimits = { maxBodyBytes: 1024 * 1024, bodiesAtOnce: 64, bodyMs: 20_000 };

/** `POST /sources/:id/deliveries`: where sources send what they have to say. The body is whatever bytes they sign. */
export async function registerDeliveries<A>(
  app: FastifyInstance,
  desk: DeliveryDoor<A>,
  limits: Partial<DeliveryLimits> = {},
): Promise<void> {
  const { maxBodyBytes, bodiesAtOnce, bodyMs } = { ...defaultLimits, ...limits };
  const slots = new BodySlots(bodiesAtOnce, bodyMs);
  const addressees = new WeakMap<FastifyRequest, A>();
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post<{ Params: { id: string } }>('/sources/:id/deliveries', {
      bodyLimit: maxBodyBytes,
      // Before the body is read: what is for nobody costs no memory.
      onRequest: async (request, reply) => {
        addressees.set(request, await desk.addressee(request.params.id.toLowerCase()));
        if (slots.take(request.raw, reply.raw)) return;
        const message = 'Too many deliveries are being taken; send it again in a moment';
        throw new CodedError('SERVICE_UNAVAILABLE', message, undefined, { retryAfterSeconds: 1 });
      },
      handler: async (request, reply) => {
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
        );
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const { isRepeat } = await desk.take(addressees.get(request)!, headers, body);
        return reply.code(202).send({ accepted: true, repeat: isRepeat });
      },
    });
  });
}
