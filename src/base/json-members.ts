import { visit } from 'jsonc-parser';

/**
 * The members of a JSON object by their names, each as its own text, byte for byte: with its spelling of numbers, escapes
 * and keys. Of a name that stands there twice, the last.
 * @param text well-formed JSON; of what is no object there are none.
 */
export function memberTexts(text: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  let depth = 0;
  let name: string | undefined;
  let start = 0;
  const begin = (offset: number): void => {
    if (depth === 1) start = offset;
    depth += 1;
  };
  const end = (offset: number, length: number): void => {
    depth -= 1;
    if (depth === 1 && name !== undefined) members.set(name, text.slice(start, offset + length));
  };
  visit(text, {
    onObjectBegin: begin,
    onObjectEnd: end,
    onArrayBegin: begin,
    onArrayEnd: end,
    onObjectProperty: (property) => {
      if (depth === 1) name = property;
    },
    onLiteralValue: (_value, offset, length) => {
      if (depth === 1 && name !== undefined) members.set(name, text.slice(offset, offset + length));
    },
  });
  return members;
}
