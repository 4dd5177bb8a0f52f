import { LRUCache } from 'lru-cache';
import type { Id } from '../base/ids.js';
import type { Source } from '../model/source.js';
import type { Connector, Session } from './connector.js';
import type { Reach } from './outbound.js';
import type { Upstream } from './upstream.js';
import { UpstreamError } from './upstream-error.js';

export interface SessionParts {
  /** The source's secrets, opened. */
  readonly secrets: { open(source: Source): Promise<Readonly<Record<string, string>>> };
  readonly outbound: { to(baseUrl: string, reach: Reach): Upstream };
}

interface Remembered {
  readonly value: string;
  readonly expiresAt: Date;
}

/** A value is not used in its last moments: it could expire on its way. */
const safetyMs = 60_000;
const maxSources = 10_000;

/** Makes what connectors work with. Values that they want remembered live here, in memory, apart for each state of a source. */
export class Sessions {
  readonly #remembered = new LRUCache<string, Map<string, Remembered>>({ max: maxSources });

  constructor(private readonly parts: SessionParts) {}

  /** @throws UpstreamError MISCONFIGURED when settings or secrets do not suffice. */
  async open(connector: Connector, source: Source, now: () => Date): Promise<Session<unknown>> {
    const settings = connector.settings.safeParse(source.settings);
    if (!settings.success) {
      const [issue] = settings.error.issues;
      throw new UpstreamError(
        'MISCONFIGURED',
        `The setting ${issue?.path.join('.')} cannot be used: ${issue?.message}`,
      );
    }
    const secrets = await this.parts.secrets.open(source);
    const missing = connector.secrets.find(({ name, isRequired }) => isRequired && secrets[name] === undefined);
    if (missing) throw new UpstreamError('MISCONFIGURED', `The secret ${missing.name} is missing`);
    const values = this.#valuesOf(source.id, source.version);
    return {
      settings: settings.data,
      secrets,
      upstream: this.parts.outbound.to(source.baseUrl, {
        otherOrigins: connector.otherOrigins,
        allowsPrivate: source.allowsPrivateOrigin,
      }),
      get now() {
        return now();
      },
      remembered: async (name, get) => {
        const known = values.get(name);
        if (known && known.expiresAt.getTime() - safetyMs > now().getTime()) return known.value;
        const fresh = await get();
        values.set(name, fresh);
        return fresh.value;
      },
      forget: (name) => void values.delete(name),
    };
  }

  /** A changed source has other secrets, so nothing that was got with the old ones is used again. */
  #valuesOf(id: Id, version: number): Map<string, Remembered> {
    const key = `${id}:${version}`;
    const known = this.#remembered.get(key) ?? new Map<string, Remembered>();
    this.#remembered.set(key, known);
    return known;
  }
}
