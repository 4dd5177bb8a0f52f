import type { ActionClass } from './activity-log.js';
import { wordsOf } from './words.js';

/** Which words of an action mean which class. The first class that has one of the words is taken, so the more telling come first. */
const classWords: readonly (readonly [ActionClass, readonly string[]])[] = [
  ['AUTH', ['login', 'logout', 'logged', 'signin', 'signout', 'signup', 'authenticated', 'impersonated']],
  ['PASSED', ['passed', 'pass']],
  ['COMPLETED', ['completed', 'complete', 'finished', 'finish', 'fulfilled', 'done']],
  ['PROGRESSED', ['progressed', 'progress', 'advanced']],
  ['STARTED', ['started', 'start', 'began', 'begin', 'launched', 'launch', 'enrolled', 'enroll', 'registered']],
  [
    'SOCIAL',
    ['liked', 'like', 'unliked', 'shared', 'share', 'commented', 'comment', 'followed', 'follow', 'mentioned'],
  ],
  ['SEARCH', ['searched', 'search']],
  ['EXPORTED', ['exported', 'export', 'downloaded', 'download']],
  ['DELETED', ['deleted', 'delete', 'removed', 'remove', 'archived', 'archive', 'uninstall', 'uninstalled']],
  ['CREATED', ['created', 'create', 'added', 'add', 'uploaded', 'upload', 'posted', 'post', 'install', 'installed']],
  ['UPDATED', ['updated', 'update', 'changed', 'change', 'edited', 'edit', 'renamed', 'rename', 'restored', 'restore']],
  ['VIEWED', ['viewed', 'view', 'opened', 'open', 'read', 'visited', 'visit', 'watched', 'watch']],
];

/** Camel case is several words: `logIn`, `contentViewed`. */
const spaced = (action: string): string => action.replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2');

/** Our coarse class of a source's own word for what was done; OTHER where the word says nothing to us. */
export function actionClassOf(action: string): ActionClass {
  const words = wordsOf(spaced(action));
  const pairs = words.map((word, index) => word + (words[index + 1] ?? ''));
  const all = new Set([...words, ...pairs]);
  return classWords.find(([, known]) => known.some((word) => all.has(word)))?.[0] ?? 'OTHER';
}
