/**
 * The events of graphql-sse's protocol in distinct connections mode, and the stream's first line.
 * https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md#distinct-connections-mode
 */

export const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // Nginx gathers answers otherwise.
  'x-accel-buffering': 'no',
} as const;

/** Some browsers do not take headers alone for an answer. */
export const firstLine = ':\n\n';

/** @param result a GraphQL result as JSON text, which has no line breaks. */
export const nextEvent = (result: string): string => `event: next\ndata: ${result}\n\n`;

/** Its data is empty but there, or a browser's own EventSource would pass it over. */
export const completeEvent = 'event: complete\ndata:\n\n';
