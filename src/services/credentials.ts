import { canManageCredentials, requireScope, scopeBeyond } from '../auth/policies.js';
import { makeSecret, storedMadeSecret } from '../auth/secrets.js';
import { encodeFeedCursor } from '../base/cursor.js';
import { notFound } from '../base/errors.js';
import { type Id, isId, newId } from '../base/ids.js';
import type { Credential } from '../model/credential.js';
import type { Appended, LogDraft } from '../model/log-record.js';
import type { Page, PageRequest } from '../model/page.js';
import type { Viewer } from '../model/viewer.js';
import type { CredentialRecord } from '../store/credential-document.js';
import type { CredentialStore } from '../store/credentials.js';
import { type CreateCredentialInput, checkCredential, refuseBeyond } from './credentials/input.js';
import { credentialChange, withoutSecret } from './credentials/record.js';
import { checkId } from './input/checks.js';
import { cutPage } from './paging/pages.js';
import { type ListName, type PagingParts, startPage } from './paging/places.js';
import { checkRequest } from './paging/request.js';

export interface CredentialServiceParts extends PagingParts {
  readonly credentials: CredentialStore;
  readonly recorder: { append(workspaceId: Id, draft: LogDraft): Promise<Appended> };
  readonly userExists: (workspaceId: Id, userId: Id) => Promise<boolean>;
}

export interface ChangedCredential {
  readonly credential: Credential;
  /** The place of the change in the log. */
  readonly seq: number;
  /** A FeedCursor of that place. */
  readonly cursor: string;
}

export interface CreatedCredential extends ChangedCredential {
  /** Shown this once; nobody can read it again. */
  readonly secret: string;
}

const credentialList: ListName = {
  list: 'credentials',
  isKey: ([id, ...more]) => isId(id) && more.length === 0,
};

/** The credentials of the viewer's own workspace. Everything here needs the scope `*`. */
export class CredentialService {
  constructor(private readonly parts: CredentialServiceParts) {}

  /**
   * Makes a credential and its secret.
   * @throws CodedError FORBIDDEN without `*`, or for a scope that the viewer lacks; BAD_USER_INPUT naming the field;
   * NOT_FOUND for a user that does not exist; CONFLICT for a client id that is taken.
   */
  async create(viewer: Viewer, input: CreateCredentialInput): Promise<CreatedCredential> {
    requireScope(canManageCredentials(viewer), '*');
    const id = newId();
    const now = this.parts.clock.now();
    const checked = checkCredential(input, id, now);
    refuseBeyond(scopeBeyond(viewer, checked.scopes));
    const { workspaceId } = viewer;
    if (checked.userId !== undefined && !(await this.parts.userExists(workspaceId, checked.userId))) {
      throw notFound('The user', 'input.userId');
    }
    // Asked for beforehand: once the credential is made, nothing but the log may keep its secret from being shown.
    const { epoch } = await this.parts.reader.settle(workspaceId);
    const secret = makeSecret(checked.kind);
    const record: CredentialRecord = {
      ...checked,
      id,
      workspaceId,
      version: 1,
      createdAt: now,
      secret: storedMadeSecret(secret),
    };
    // First the document: it alone can tell that a client id is taken. Without its note in the log it stays unused, since nobody is told the secret.
    await this.parts.credentials.insert(workspaceId, record);
    return { ...this.#changed(record, await this.#note(record, 'created'), epoch), secret };
  }

  /** In the order of their making, revoked ones among them. @throws CodedError FORBIDDEN without `*`. */
  async list(viewer: Viewer, page: PageRequest): Promise<Page<Credential>> {
    requireScope(canManageCredentials(viewer), '*');
    const request = checkRequest(page);
    const { workspaceId } = viewer;
    const { credentials } = this.parts;
    const start = await startPage(this.parts, workspaceId, credentialList, request);
    const source = {
      find: async (slice) => (await credentials.find(workspaceId, slice)).map(withoutSecret),
      exists: (span) => credentials.exists(workspaceId, span),
      count: () => credentials.count(workspaceId),
      keyOf: ({ id }) => [id],
    } satisfies Parameters<typeof cutPage<Credential>>[0];
    return cutPage(source, credentialList, start, request);
  }

  /** Undefined where the workspace has no such credential. @throws CodedError FORBIDDEN without `*`. */
  async get(viewer: Viewer, id: Id): Promise<Credential | undefined> {
    requireScope(canManageCredentials(viewer), '*');
    const record = await this.parts.credentials.get(viewer.workspaceId, checkId(id, 'id')!);
    return record && withoutSecret(record);
  }

  /**
   * Ends a credential, for every process within half a second, and all tokens that it was exchanged for. Revoking twice is harmless.
   * @throws CodedError FORBIDDEN without `*`; NOT_FOUND.
   */
  async revoke(viewer: Viewer, id: Id): Promise<ChangedCredential> {
    requireScope(canManageCredentials(viewer), '*');
    const record = await this.parts.credentials.revoke(viewer.workspaceId, checkId(id, 'id')!, this.parts.clock.now());
    if (!record) throw notFound('The credential', 'id');
    const seq = await this.#note(record, 'revoked');
    const { epoch } = await this.parts.reader.settle(viewer.workspaceId);
    return this.#changed(record, seq, epoch);
  }

  async #note(record: CredentialRecord, change: 'created' | 'revoked'): Promise<number> {
    return (await this.parts.recorder.append(record.workspaceId, credentialChange(record, change))).seq;
  }

  #changed(record: CredentialRecord, seq: number, epoch: number): ChangedCredential {
    const { workspaceId } = record;
    return { credential: withoutSecret(record), seq, cursor: encodeFeedCursor({ workspaceId, epoch, seq }) };
  }
}
