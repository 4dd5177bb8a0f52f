import { describe, expect, it } from 'vitest';
import { actionClassOf } from '../../src/model/action-class.js';

describe('the class of an action', () => {
  it.each([
    ['created', 'CREATED'],
    ['Updated', 'UPDATED'],
    ['delete', 'DELETED'],
    ['contentViewed', 'VIEWED'],
    ['course_started', 'STARTED'],
    ['progressed', 'PROGRESSED'],
    ['completed', 'COMPLETED'],
    ['QUIZ PASSED', 'PASSED'],
    ['post liked', 'SOCIAL'],
    ['searched', 'SEARCH'],
    ['logged in', 'AUTH'],
    ['logIn', 'AUTH'],
    ['export', 'EXPORTED'],
    ['passenger added', 'CREATED'],
    ['frobnicated', 'OTHER'],
    ['', 'OTHER'],
    ['完了', 'OTHER'],
  ])('of %j is %s', (action, expected) => {
    expect(actionClassOf(action)).toBe(expected);
  });
});
