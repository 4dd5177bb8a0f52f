import { parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { planOf } from '../../src/graphql/live/plan.js';
import { createSchema } from '../../src/graphql/schema.js';
import type { Services } from '../../src/graphql/services.js';

const schema = createSchema({} as Services);
const plan = (document: string, name?: string) => planOf(schema, parse(document), name);
const key = (document: string, name?: string): string => plan(document, name).key;

describe('the plan of a subscription', () => {
  it('leaves out the place to begin after, be it written or a variable', () => {
    const literal = plan('subscription { activityLogged(after: "c", filter: { actions: ["a"] }) { cursor } }');
    expect(print(literal.document)).not.toContain('after');
    const variable = plan('subscription($c: FeedCursor) { activityLogged(after: $c) { cursor } }');
    expect(print(variable.document)).toBe('subscription {\n  activityLogged {\n    cursor\n  }\n}');
    expect(variable.variables).toEqual([]);
  });

  it('finds the field inside of fragments', () => {
    const inside = plan(
      'subscription($c: FeedCursor) { ...F } fragment F on Subscription { ... { activityLogged(after: $c) { type } } }',
    );
    expect(inside.fieldNode.name.value).toBe('activityLogged');
    expect(print(inside.document)).not.toContain('after');
  });

  it('is the same however a document is laid out, and another where it asks for something else', () => {
    const same = 'subscription S { activityLogged { cursor } }';
    expect(key('subscription   S{activityLogged(after:null){cursor #why\n}}')).toBe(key(same));
    expect(key('subscription S { activityLogged { cursor type } }')).not.toBe(key(same));
    expect(key('subscription S { it: activityLogged { cursor } }')).not.toBe(key(same));
  });

  it('tells the operations of one document apart', () => {
    const both = 'subscription A { activityLogged { cursor } } subscription B { activityLogged { type } }';
    expect(key(both, 'A')).not.toBe(key(both, 'B'));
  });
});
