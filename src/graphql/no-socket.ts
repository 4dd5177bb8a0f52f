import { CodedError } from '../base/errors.js';

export const noSocket = (): CodedError =>
  new CodedError(
    'BAD_USER_INPUT',
    'Subscriptions are answered on a WebSocket at this very path (protocol graphql-transport-ws), or as server-sent events at /graphql/stream',
    'query',
  );
