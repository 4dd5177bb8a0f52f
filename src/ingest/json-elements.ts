import { visit } from 'jsonc-parser';
import { malformed } from './upstream-error.js';

/**
 * The elements of a list inside a JSON text, each as its own text, byte for byte: what an entry keeps is what its source
 * wrote, with its spelling of numbers, escapes and spaces.
 * @param path names of the objects' keys that lead to the list; none: the text is the list.
 * @returns undefined where there is no list at that place.
 * @throws UpstreamError MALFORMED for what is no JSON.
 */
export function elementsAt(text: string, path: readonly string[]): string[] | undefined {
  checkJson(text);
  let elements: string[] | undefined;
  let depth = 0;
  /** How many keys of the path lead to where we are; -1 apart from it. */
  const matched: number[] = [0];
  let pending = 0;
  let startOfElement = 0;
  const here = (): number => matched.at(-1)!;
  const isList = (): boolean => listDepth !== undefined && depth === listDepth;
  let listDepth: number | undefined;
  const enter = (): void => {
    matched.push(pending);
    depth += 1;
  };
  const leave = (): void => {
    matched.pop();
    depth -= 1;
  };
  visit(text, {
    onObjectBegin: (offset) => {
      if (isList()) startOfElement = offset;
      pending = listDepth === undefined ? pending : -1;
      enter();
    },
    onObjectProperty: (name) => {
      pending = here() >= 0 && here() < path.length && path[here()] === name ? here() + 1 : -1;
    },
    onObjectEnd: (offset, length) => {
      leave();
      if (isList()) elements!.push(text.slice(startOfElement, offset + length));
    },
    onArrayBegin: (offset) => {
      if (isList()) startOfElement = offset;
      else if (listDepth === undefined && pending === path.length) {
        elements = [];
        listDepth = depth + 1;
      }
      pending = -1;
      enter();
    },
    onArrayEnd: (offset, length) => {
      if (isList()) listDepth = undefined;
      leave();
      if (isList()) elements!.push(text.slice(startOfElement, offset + length));
    },
    onLiteralValue: (_value, offset, length) => {
      if (isList()) elements!.push(text.slice(offset, offset + length));
    },
  });
  return elements;
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw malformed('The source answered something that is no JSON', error);
  }
}
