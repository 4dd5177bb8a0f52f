import type { FastifyInstance } from 'fastify';

/**
 * `/health/live` answers as long as the process does; `/health/ready` only while the store answers.
 * @param ready rejects while requests could not be served.
 */
export function registerHealth(app: FastifyInstance, ready: () => Promise<void>): void {
  app.get('/health/live', async () => ({ status: 'live' }));
  app.get('/health/ready', async (request, reply) => {
    try {
      await ready();
      return { status: 'ready' };
    } catch (error) {
      request.log.warn({ err: error }, 'not ready');
      return reply.code(503).send({ status: 'unavailable' });
    }
  });
}
