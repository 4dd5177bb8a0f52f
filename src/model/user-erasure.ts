import type { Id } from '../base/ids.js';
import { type IdentityKey, readIdentity } from './identity.js';

/** What everybody is called whose texts were erased. */
export const erasedName = 'Erased user';

/** That somebody's texts are being erased, or were. */
export interface UserErasure {
  readonly userId: Id;
  readonly state: 'RUNNING' | 'DONE';
  readonly startedAt: Date;
  readonly finishedAt?: Date;
  /** How many entries are without these texts by this erasure; known once it is done. */
  readonly entries?: number;
}

/** Whose texts are to go, as long as that takes. */
export interface ErasedPerson {
  /** The user, and everybody who was merged into them. */
  readonly userIds: readonly Id[];
  /** Everything that names them in entries, and the one of these users that it names. */
  readonly owners: readonly { readonly key: IdentityKey; readonly userId: Id }[];
  /** What they are or were called: names, emails, short names. */
  readonly texts: readonly string[];
}

export const userErasureNoun = 'userErasure';

/**
 * What a control entry of the noun `userErasure` says whose change is `renamed`: identities that entries have lost, and
 * which they have instead. It is erased once every fold has taken it; who makes a fold anew meets entries that are renamed.
 */
export type RenamedKeys = readonly { readonly from: IdentityKey; readonly to: IdentityKey }[];

/** Of what is looked for within a text, with the spaces around it: shorter words are too often others. */
const leastLength = 5;

/** Whether a text says what one of these is called: as a whole, or word by word within it. */
export class PersonalTexts {
  readonly #phrases: readonly string[];

  constructor(texts: readonly string[]) {
    this.#phrases = texts.map(phrase).filter((one) => one.trim() !== '');
  }

  isIn(text: string | undefined): boolean {
    if (text === undefined) return false;
    const said = phrase(text);
    return this.#phrases.some((one) => said === one || (one.length >= leastLength && said.includes(one)));
  }
}

/** A text's words, each between spaces, so that no part of a word counts. */
const phrase = (text: string): string => ` ${allWordsOf(text).join(' ')} `;
const allWordsOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** Whether an identity itself says what somebody is called: an email, or a source's id that is made of such. */
export function isPersonalKey(key: IdentityKey, texts: PersonalTexts): boolean {
  const identity = readIdentity(key);
  if (identity === undefined) return false;
  return 'email' in identity || texts.isIn(identity.nativeId);
}
