import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client } from 'undici';
import type { ScaleServerOrder } from './server.js';

const program = fileURLToPath(new URL('./server.ts', import.meta.url));

/** One operation with its variables. */
export interface Question {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface Answer {
  /** Absent where the store would have taken too long for it. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly extensions?: { readonly explain?: { readonly totals: Explained } };
}

export interface Explained {
  readonly documentsExamined: number;
  readonly documentsReturned: number;
}

/** One connection to a gateway in a process of its own. */
export class ScaleClient {
  private constructor(
    private readonly child: ChildProcess,
    readonly http: Client,
    readonly headers: Readonly<Record<string, string>>,
  ) {}

  static async start(order: ScaleServerOrder, authorization: string): Promise<ScaleClient> {
    const child = fork(program, [JSON.stringify(order)], { execArgv: ['--import', 'tsx'] });
    const [message] = await Promise.race([
      once(child, 'message') as Promise<[{ url: string }]>,
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`The gateway ended with ${code}`))),
    ]);
    const explain: Record<string, string> = order.explains ? { 'x-explain': '1' } : {};
    const http = new Client(message.url, { headersTimeout: 120_000, bodyTimeout: 120_000 });
    return new ScaleClient(child, http, { 'content-type': 'application/json', authorization, ...explain });
  }

  /** By the document's hash alone, as a client of persisted queries asks. @throws for every error but QUERY_TOO_SLOW. */
  async ask({ query, variables }: Question): Promise<Answer> {
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    const asked = { variables, extensions: { persistedQuery: { version: 1, sha256Hash } } };
    const answer = await this.#post(asked);
    return codesOf(answer).includes('PERSISTED_QUERY_NOT_FOUND')
      ? known(await this.#post({ ...asked, query }))
      : known(answer);
  }

  async close(): Promise<void> {
    await this.http.destroy();
    this.child.disconnect();
    if (this.child.exitCode === null) await once(this.child, 'exit');
  }

  async #post(body: object): Promise<Posted> {
    const { body: answer } = await this.http.request({
      ...{ path: '/graphql', method: 'POST', headers: this.headers, body: JSON.stringify(body) },
    });
    return (await answer.json()) as Posted;
  }
}

type Posted = Answer & {
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
};

const codesOf = ({ errors = [] }: Posted): (string | undefined)[] => errors.map(({ extensions }) => extensions?.code);

function known(answer: Posted): Answer {
  const { data, extensions, errors = [] } = answer;
  const other = errors.find((one) => one.extensions?.code !== 'QUERY_TOO_SLOW');
  if (other) throw new Error(`${other.extensions?.code}: ${other.message}`);
  return errors.length > 0 ? { extensions } : { data, extensions };
}
