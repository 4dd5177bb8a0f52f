import { once } from 'node:events';
import type { Socket } from 'node:net';
import WebSocket, { type ClientOptions } from 'ws';
import type { TestGateway } from './gateway.js';

export interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** A WebSocket without a client on top: every message as it stands on the wire. */
export class RawSocket {
  readonly messages: Message[] = [];
  #more: () => void = () => {};

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => {
      this.messages.push(JSON.parse(String(data)) as Message);
      this.#more();
    });
    socket.on('error', () => {});
  }

  static async open(
    gateway: Pick<TestGateway, 'url'>,
    options: ClientOptions & { readonly protocol?: string; readonly path?: string } = {},
  ): Promise<RawSocket> {
    const { protocol = 'graphql-transport-ws', path = '/graphql', ...rest } = options;
    const raw = new RawSocket(new WebSocket(`${gateway.url.replace('http', 'ws')}${path}`, protocol, rest));
    await once(raw.socket, 'open');
    return raw;
  }

  /** Opens, shows a credential and waits for the acknowledgement. */
  static async acknowledged(gateway: Pick<TestGateway, 'url'>, authorization?: string): Promise<RawSocket> {
    const raw = await RawSocket.open(gateway);
    raw.send({ type: 'connection_init', payload: authorization === undefined ? {} : { authorization } });
    await raw.message((message) => message.type === 'connection_ack');
    return raw;
  }

  /** The HTTP status that an upgrade is refused with. */
  static refusal(gateway: Pick<TestGateway, 'url'>, path: string, headers: Record<string, string>): Promise<number> {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}${path}`, 'graphql-transport-ws', { headers });
    return new Promise((resolve, reject) => {
      socket.on('unexpected-response', (_request, response) => {
        resolve(response.statusCode!);
        response.resume();
        socket.terminate();
      });
      socket.on('open', () => {
        socket.terminate();
        reject(new Error('The upgrade was not refused'));
      });
      socket.on('error', () => {});
    });
  }

  send(message: Message | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables: Record<string, unknown> = {}): void {
    this.send({ type: 'subscribe', id, payload: { query, variables } });
  }

  /** The first message, past or to come, that is such a one. */
  async message(isSuch: (message: Message) => boolean): Promise<Message> {
    await this.until(() => this.messages.some(isSuch));
    return this.messages.find(isSuch)!;
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        this.#more = resolve;
      });
    }
  }

  /** Stops or starts taking bytes off the wire. */
  setReading(isReading: boolean): void {
    const { _socket: socket } = this.socket as unknown as { _socket: Socket };
    if (isReading) socket.resume();
    else socket.pause();
  }

  /** The code and reason that the other side closes with. */
  async closed(): Promise<{ code: number; reason: string }> {
    if (this.socket.readyState === WebSocket.CLOSED) throw new Error('Closed before anybody looked');
    const [code, reason] = (await once(this.socket, 'close')) as [number, Buffer];
    return { code, reason: String(reason) };
  }
}
