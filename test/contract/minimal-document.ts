import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';

/** A value of each scalar that is well-formed and names nothing that exists. */
const scalars: Readonly<Record<string, string>> = {
  ObjectID: '"000000000000000000000000"',
  ID: '"000000000000000000000000"',
  DateTime: '"2026-01-01T00:00:00.000Z"',
  JSON: '{}',
  Int: '1',
  Float: '1',
  Boolean: 'true',
};

/** The smallest operation that calls a root field: what it must be given, and its plain fields. */
export function minimalDocument(root: GraphQLObjectType, name: string, args?: string): string {
  const field = root.getFields()[name]!;
  return `${root.name.toLowerCase()} { ${name}${args ?? argumentsOf(field)} ${selectionOf(field)} }`;
}

function argumentsOf(field: GraphQLField<unknown, unknown>): string {
  const given = field.args.filter(isRequiredArgument).map((arg) => `${arg.name}: ${valueFor(arg.type)}`);
  return given.length === 0 ? '' : `(${given.join(', ')})`;
}

function valueFor(type: GraphQLInputType): string {
  if (isNonNullType(type)) return valueFor(type.ofType);
  if (isListType(type)) return `[${valueFor(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (!isInputObjectType(type)) return scalars[type.name] ?? '"x"';
  const fields = Object.values(type.getFields()).filter(isRequiredInputField);
  return `{ ${fields.map((field) => `${field.name}: ${valueFor(field.type)}`).join(', ')} }`;
}

/** Plain fields, those of a list's items, and where there are none whatever is plain one level below. */
function selectionOf(field: GraphQLField<unknown, unknown>): string {
  const type = getNamedType(field.type);
  if (!isCompositeType(type)) return '';
  if (!isObjectType(type)) return '{ __typename }';
  const all = Object.values(type.getFields()).filter((one) => !one.args.some(isRequiredArgument));
  const plain = all.filter((one) => isLeafType(getNamedType(one.type))).map((one) => one.name);
  const items = all.find((one) => one.name === 'nodes');
  if (items) plain.push(`nodes ${selectionOf(items)}`);
  return `{ ${plain.length > 0 ? plain.join(' ') : '__typename'} }`;
}
