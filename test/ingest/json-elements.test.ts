import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementsAt } from '../../src/ingest/json-elements.js';

describe('the elements of a list in a JSON text', () => {
  it('are its own bytes', () => {
    const text =
      '{"page":{"results":[0]},"results" : [ {"a":1.0,"b":[1,{"c":2}]} ,\n"x\\u0041", 1e2,null,[ ],{}], "after":[9]}';
    expect(elementsAt(text, ['results'])).toEqual([
      '{"a":1.0,"b":[1,{"c":2}]}',
      '"x\\u0041"',
      '1e2',
      'null',
      '[ ]',
      '{}',
    ]);
  });

  it('are found at a path, at the root, or not at all', () => {
    expect(elementsAt('[1,[2]]', [])).toEqual(['1', '[2]']);
    expect(elementsAt('{"data":{"rows":[{"rows":[3]}]}}', ['data', 'rows'])).toEqual(['{"rows":[3]}']);
    expect(elementsAt('{"data":[{"rows":[3]}]}', ['data', 'rows'])).toBeUndefined();
    expect(elementsAt('{"rows":{}}', ['rows'])).toBeUndefined();
    expect(elementsAt('{"rows":[]}', ['rows'])).toEqual([]);
    expect(elementsAt('7', [])).toBeUndefined();
  });

  it('are those of the last of two equal keys, as everybody reads it', () => {
    expect(elementsAt('{"rows":[1],"rows":[2]}', ['rows'])).toEqual(['2']);
  });

  it('are refused where the text is no JSON', () => {
    expect(() => elementsAt('[1,]', [])).toThrow('no JSON');
    expect(() => elementsAt('[1] // comment', [])).toThrow('no JSON');
  });

  it('parse to what the text parses to, whatever is in it', () => {
    const spaced = fc.tuple(fc.array(fc.jsonValue()), fc.constantFrom(0, 1, 3));
    fc.assert(
      fc.property(spaced, ([rows, indent]) => {
        const text = JSON.stringify({ a: { rows: [1] }, rows, z: rows }, undefined, indent);
        const elements = elementsAt(text, ['rows'])!;
        expect(elements.map((element) => JSON.parse(element) as unknown)).toEqual(JSON.parse(JSON.stringify(rows)));
        for (const element of elements) expect(text).toContain(element);
      }),
    );
  });
});
