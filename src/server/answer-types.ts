import type { FastifyRequest } from 'fastify';

/** Browsers and clients send few different ones; whoever makes up more is negotiated with each time. */
const mostKnown = 100;

/** The media types that Apollo found for what callers accept, so that it need not be asked again. */
export class AnswerTypes {
  readonly #known = new Map<string, string>();

  of({ headers: { accept = '' } }: FastifyRequest): string | undefined {
    return this.#known.get(accept);
  }

  learn({ headers: { accept = '' } }: FastifyRequest, type: string | undefined): void {
    const isAnswer = type?.startsWith('application/json') || type?.startsWith('application/graphql-response+json');
    if (isAnswer && accept.length < 500 && this.#known.size < mostKnown) this.#known.set(accept, type!);
  }
}
