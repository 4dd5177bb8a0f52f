import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import {
  type GraphQLNamedType,
  getIntrospectionQuery,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import codegen from '../codegen.js';
import { schemaText } from '../scripts/schema-text.js';
import { trustedDocumentsText } from '../scripts/trusted-documents.js';
import { readConfig } from '../src/base/config.js';
import { limitsRule, requestLimitsOf } from '../src/graphql/limits.js';
import { createSchema } from '../src/graphql/schema.js';
import type { Services } from '../src/graphql/services.js';

const root = join(import.meta.dirname, '..');
const schema = createSchema({} as Services);
const own = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

/** Everything that can have a description, by its coordinate, e.g. `Query.user(email:)`. */
function describables(type: GraphQLNamedType): [string, string | null | undefined][] {
  const found: [string, string | null | undefined][] = [[type.name, type.description]];
  if (isEnumType(type)) {
    for (const value of type.getValues()) found.push([`${type.name}.${value.name}`, value.description]);
  }
  if (isObjectType(type) || isInterfaceType(type)) {
    for (const field of Object.values(type.getFields())) {
      found.push([`${type.name}.${field.name}`, field.description]);
      for (const arg of field.args) found.push([`${type.name}.${field.name}(${arg.name}:)`, arg.description]);
    }
  }
  if (isInputObjectType(type)) {
    for (const field of Object.values(type.getFields())) found.push([`${type.name}.${field.name}`, field.description]);
  }
  return found;
}

it('the operations are what schema/trusted-documents.json holds (npm run codegen)', () => {
  expect(readFileSync(join(root, 'schema/trusted-documents.json'), 'utf8')).toBe(trustedDocumentsText());
});

describe('schema', () => {
  it('is what schema/schema.graphql holds (npm run codegen)', () => {
    expect(readFileSync(join(root, 'schema/schema.graphql'), 'utf8')).toBe(schemaText());
  });

  it('types what schema/operations/operations.ts holds (npm run codegen)', async () => {
    const files = await generate({ ...codegen, cwd: root, silent: true }, false);
    expect(files.map((file: { filename: string }) => file.filename)).toHaveLength(1);
    const [file] = files as [{ filename: string; content: string }];
    expect(readFileSync(join(root, 'schema/operations/operations.ts'), 'utf8').trim()).toBe(file.content.trim());
  });

  it('describes every type, field, argument and enum value', () => {
    expect(schema.description).toBeTruthy();
    const all = own.flatMap(describables);
    expect(all.length).toBeGreaterThan(150);
    expect(all.filter(([, description]) => !description?.trim()).map(([coordinate]) => coordinate)).toEqual([]);
  });

  it('gives fields named id of entities the type ID!, and id arguments and inputs ObjectID', () => {
    for (const name of ['ActivityLog', 'Activity', 'User', 'Workspace', 'Pathway', 'Enrolment']) {
      const type = schema.getType(name);
      expect(isObjectType(type) && String(type.getFields().id?.type)).toBe('ID!');
    }
    const roots = [schema.getQueryType()!, schema.getMutationType()!];
    const idArgs = roots.flatMap((type) => Object.values(type.getFields()).flatMap((field) => field.args));
    const types = idArgs.filter((arg) => arg.name === 'id').map((arg) => String(arg.type).replace('!', ''));
    expect(new Set(types)).toEqual(new Set(['ObjectID']));
  });

  it('gives every mutation a cursor', () => {
    for (const field of Object.values(schema.getMutationType()!.getFields())) {
      const payload = schema.getType(String(field.type).replace('!', ''));
      expect(isObjectType(payload) && String(payload.getFields().cursor?.type), field.name).toBe('FeedCursor!');
    }
  });

  it("lets GraphiQL's own query pass the limits", () => {
    const document = parse(
      getIntrospectionQuery({
        descriptions: true,
        specifiedByUrl: true,
        directiveIsRepeatable: true,
        schemaDescription: true,
        inputValueDeprecation: true,
        oneOf: true,
      }),
    );
    expect(validate(schema, document, [...specifiedRules, limitsRule(requestLimitsOf(readConfig({})))])).toEqual([]);
  });
});
