import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/** A sealed text that does not open: sealed with another key, bound to another place, or damaged. Says nothing of the text. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

/** What a sealed text belongs to. It opens for the very same words in the same order, and for no others. */
export type SealBinding = readonly string[];

interface SealingKey {
  /** Tells keys apart in what they sealed, and tells nothing about them. */
  readonly id: string;
  readonly bytes: Buffer;
}

const form = 's1';
const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

function keyOf(secret: string): SealingKey {
  // One secret, two independent values: what names the key must not help to guess it.
  const derive = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, 'activity-gateway', purpose, 32));
  return { id: createHash('sha256').update(derive('key id')).digest('hex').slice(0, 8), bytes: derive('sealing') };
}

const boundBytes = (keyId: string, binding: SealBinding): Buffer =>
  // As JSON, so that no two lists of words come to the same bytes.
  Buffer.from(JSON.stringify([form, keyId, ...binding]));

/**
 * Encrypts short texts for the store: AES-256-GCM (NIST SP 800-38D) under a key derived by HKDF (RFC 5869) from a
 * setting, with a random 96-bit nonce each, bound to where the text belongs.
 */
export class Sealing {
  readonly #current: SealingKey;
  readonly #known: readonly SealingKey[];

  /** @param previous a secret whose seals are still opened, while everything is sealed anew. */
  constructor(secret: string, previous?: string) {
    this.#current = keyOf(secret);
    this.#known = previous === undefined ? [this.#current] : [this.#current, keyOf(previous)];
  }

  seal(text: string, binding: SealBinding): string {
    const { id, bytes } = this.#current;
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, bytes, nonce).setAAD(boundBytes(id, binding));
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${form}.${id}.${sealed.toString('base64url')}`;
  }

  /** @throws SealBroken */
  open(sealed: string, binding: SealBinding): string {
    const [sealedForm, keyId, payload] = sealed.split('.');
    const key = this.#known.find(({ id }) => id === keyId);
    if (sealedForm !== form || !key) throw new SealBroken('It was sealed with a key that is not known here');
    const bytes = Buffer.from(payload ?? '', 'base64url');
    if (bytes.length < nonceBytes + tagBytes) throw new SealBroken('It is no sealed text');
    try {
      const decipher = createDecipheriv(algorithm, key.bytes, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      })
        .setAAD(boundBytes(key.id, binding))
        .setAuthTag(bytes.subarray(-tagBytes));
      return decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
    } catch (cause) {
      throw new SealBroken('It was changed, or belongs to something else', { cause });
    }
  }

  /** Whether it was sealed with the key of now, not with the previous one. */
  isCurrent(sealed: string): boolean {
    return sealed.startsWith(`${form}.${this.#current.id}.`);
  }
}
