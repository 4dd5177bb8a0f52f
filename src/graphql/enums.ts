import { registerEnumType } from 'type-graphql';

/** A GraphQL enum over words that are their own values, each with what it means. */
export function enumOf<T extends string>(
  name: string,
  description: string,
  meanings: Readonly<Record<T, string>>,
): { [K in T]: K } {
  const words = Object.keys(meanings) as T[];
  const values = Object.fromEntries(words.map((word) => [word, word])) as { [K in T]: K };
  registerEnumType(values, {
    name,
    description,
    valuesConfig: Object.fromEntries(words.map((word) => [word, { description: meanings[word] }])) as {
      [K in T]: { description: string };
    },
  });
  return values;
}
