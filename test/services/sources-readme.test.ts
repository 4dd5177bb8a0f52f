import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, validate, valueFromASTUntyped } from 'graphql';
import { expect, it } from 'vitest';
import { createSchema } from '../../src/graphql/schema.js';
import type { Services } from '../../src/graphql/services.js';
import { describe } from '../../src/ingest/description.js';
import { sourceStatuses, upstreamFaults } from '../../src/model/source.js';
import { type ConnectSourceInput, checkChange, checkSecrets } from '../../src/services/sources/input.js';
import { allConnectors } from '../../src/sources/connectors.js';

/** The section of the README about sources, as rows of its tables without the headings. */
const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const section = readme.split('\n## Sources\n')[1]!.split('\n## ')[0]!;
const rows = [...section.matchAll(/^\| ([A-Z_]+) +\|([^|]*)\|/gm)].map(
  ([, word, next]) => [word!, next!.trim()] as const,
);

it('every status and every fault stands in the README, and no other, with whether it is tried again', () => {
  const faults = Object.entries(upstreamFaults).map(([kind, { retries }]) => [kind, retries ? 'yes' : 'no']);
  expect(rows.map(([word]) => word)).toEqual([...sourceStatuses, ...Object.keys(upstreamFaults)]);
  expect(rows.slice(sourceStatuses.length)).toEqual(faults);
});

it('the call that connects a source there is one that its system takes', () => {
  const document = parse(/```graphql\n(mutation .*?)```/s.exec(section)![1]!);
  expect(validate(createSchema({} as Services), document)).toEqual([]);
  const [operation] = document.definitions;
  if (operation?.kind !== 'OperationDefinition') throw new Error('No operation');
  const [field] = operation.selectionSet.selections;
  if (field?.kind !== 'Field') throw new Error('No field');
  const input = valueFromASTUntyped(field.arguments![0]!.value) as ConnectSourceInput;
  const system = describe(allConnectors.get(input.system)!);
  expect(checkChange(input, system, []).settings).toMatchObject(input.settings as object);
  expect(Object.keys(checkSecrets(input.secrets, 'input.secrets', system))).toEqual(['apiSecret']);
});

it('every system that can be connected describes each of its settings', () => {
  for (const connector of allConnectors.values()) {
    const { settingsSchema, secrets } = describe(connector);
    const properties = Object.entries(settingsSchema.properties as Record<string, { description?: string }>);
    expect(
      properties.filter(([, { description }]) => !description).map(([name]) => `${connector.system}.${name}`),
    ).toEqual([]);
    expect(secrets.every(({ name, meaning }) => /^[A-Za-z][A-Za-z0-9]*$/.test(name) && meaning !== '')).toBe(true);
  }
});
