import fc from 'fast-check';

const deep = (levels: number): unknown => (levels === 0 ? 'bottom' : { in: deep(levels - 1) });

/** What open payloads hold in the worst case, and what must come back as it was. */
export const hostile: readonly [name: string, value: unknown][] = [
  ['operators and dots', { $where: 'sleep(1)', $set: { 'a.b': 1 }, 'a.b': { c: 2 }, '': 3 }],
  ['prototypes', JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}')],
  ['32 levels', deep(32)],
  ['emoji', { '🚲': '👩‍👩‍👧‍👦 🇿🇦' }],
  ['a lone surrogate', { '\ud800': 'half \udc00' }],
  ['nothing', null],
  ['numbers in strings', { duration: '3600', progresspercentage: '40', score: 12.5 }],
  ['a list', [1, 'two', null, [[]]]],
];

/** Any JSON, with the keys that are dangerous in some place or other. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, 0, -1, 1.5, 1e21, '', 'text', '\ud800', '🚀'),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(
    fc.oneof(fc.constantFrom('$where', 'a.b', '__proto__', '', 'name'), fc.string({ maxLength: 6 })),
    tie('value'),
    { maxKeys: 4, noNullPrototype: true },
  ),
})).value;

export const anyObject = fc.dictionary(fc.constantFrom('$where', 'a.b', '__proto__', 'more', 'x'), anyJson, {
  maxKeys: 3,
  noNullPrototype: true,
});

/** The same object's text, spelled with as much room as JSON allows. */
export const anySpelling = (value: fc.Arbitrary<object>): fc.Arbitrary<string> =>
  fc.tuple(value, fc.constantFrom(undefined, 1, '\t')).map(([row, space]) => JSON.stringify(row, null, space));

export const isoDate = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
