import type { Closeable } from '../../base/lifecycle.js';
import type { Viewer } from '../../model/viewer.js';

/** Something open in the name of a credential. */
export interface Watched {
  /** False while it cannot be found out whether the credential is still good: nothing new may be told. */
  trust(isSure: boolean): void;
  /** The credential was revoked, changed or is expired. */
  revoked(): void;
}

export interface CredentialCheck {
  /** @throws CodedError SERVICE_UNAVAILABLE when that cannot be checked, which is no revocation. */
  stillGood(viewer: Viewer): Promise<boolean>;
}

interface Group {
  readonly viewer: Viewer;
  readonly members: Set<Watched>;
  isSure: boolean;
  isBeingChecked: boolean;
}

/** With what a check may remember, a revoked credential is noticed within a second. */
const periodMs = 400;
/** While a check takes longer than this, nobody can be sure. */
const patienceMs = 600;

/** Looks again and again whether the credentials of what is open are still good, each once for all that show it. */
export class CredentialWatch implements Closeable {
  readonly #groups = new Map<string, Group>();
  readonly #counts = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  readonly #checks = new Set<Promise<void>>();

  constructor(private readonly authenticator: CredentialCheck) {
    this.#timer = setInterval(() => {
      for (const group of this.#groups.values()) if (!group.isBeingChecked) this.#begin(group);
    }, periodMs).unref();
  }

  add(viewer: Viewer, watched: Watched): void {
    const key = keyOf(viewer);
    const group = this.#groups.get(key) ?? { viewer, members: new Set(), isSure: true, isBeingChecked: false };
    this.#groups.set(key, group);
    group.members.add(watched);
    this.#counts.set(viewer.credentialId, this.count(viewer.credentialId) + 1);
    watched.trust(group.isSure);
  }

  remove(viewer: Viewer, watched: Watched): void {
    const key = keyOf(viewer);
    const group = this.#groups.get(key);
    if (!group?.members.delete(watched)) return;
    if (group.members.size === 0) this.#groups.delete(key);
    const left = this.count(viewer.credentialId) - 1;
    if (left > 0) this.#counts.set(viewer.credentialId, left);
    else this.#counts.delete(viewer.credentialId);
  }

  /** How many things are open in the name of a credential, whichever of its tokens they showed. */
  count(credentialId: string): number {
    return this.#counts.get(credentialId) ?? 0;
  }

  /** How many things are open in the name of credentials that cannot be checked now. */
  get unchecked(): number {
    let count = 0;
    for (const group of this.#groups.values()) if (!group.isSure) count += group.members.size;
    return count;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#checks);
  }

  #begin(group: Group): void {
    group.isBeingChecked = true;
    const check = this.#check(group).finally(() => {
      group.isBeingChecked = false;
      this.#checks.delete(check);
    });
    this.#checks.add(check);
  }

  async #check(group: Group): Promise<void> {
    let isGood: boolean | undefined;
    const doubt = setTimeout(() => this.#trust(group, false), patienceMs);
    try {
      isGood = await this.authenticator.stillGood(group.viewer);
    } catch {
      isGood = undefined;
    }
    clearTimeout(doubt);
    if (isGood === false) for (const watched of [...group.members]) watched.revoked();
    else this.#trust(group, isGood !== undefined);
  }

  #trust(group: Group, isSure: boolean): void {
    if (isSure === group.isSure) return;
    group.isSure = isSure;
    for (const watched of [...group.members]) watched.trust(isSure);
  }
}

const keyOf = (viewer: Viewer): string =>
  JSON.stringify([viewer.credentialId, viewer.credentialVersion, viewer.expiresAt]);
