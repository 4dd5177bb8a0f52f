import { type ArgumentNode, type FieldNode, Kind, type ValueNode } from 'graphql';
import { defaultPageSize, maxPageSize } from '../../model/page.js';

/** Variables as they were sent, defaults of the document filled in. Not yet coerced: they may be anything. */
export type Variables = Readonly<Record<string, unknown>>;

/** How many items a list has at most, once the variables are known. */
export type Size = (variables: Variables) => number;

/** An unpaged list: how many items it is taken to have. */
const usualSize = 10;
export const unpaged: Size = () => usualSize;

/** What `first` or `last` says of a page. */
export function pageSize(field: FieldNode): Size {
  const sizes = ['first', 'last'].flatMap((name) => {
    const argument = argumentOf(field, name);
    return argument ? [argument.value] : [];
  });
  if (sizes.length === 0) return () => defaultPageSize;
  return (variables) => {
    const given = sizes.flatMap((value) => numberOf(value, variables) ?? []);
    return given.length === 0 ? defaultPageSize : Math.min(Math.max(0, ...given), maxPageSize);
  };
}

/** The longest list among a mutation's arguments or in an input of theirs; undefined where it has none. */
export function batchSize(field: FieldNode): Size | undefined {
  const values = (field.arguments ?? []).map((argument) => argument.value);
  if (values.length === 0) return undefined;
  return (variables) => Math.max(1, ...values.map((value) => longest(value, variables)));
}

const argumentOf = (field: FieldNode, name: string): ArgumentNode | undefined =>
  field.arguments?.find((argument) => argument.name.value === name);

function numberOf(value: ValueNode, variables: Variables): number | undefined {
  const number = value.kind === Kind.INT ? Number(value.value) : undefined;
  const given = value.kind === Kind.VARIABLE ? variables[value.name.value] : number;
  return typeof given === 'number' && Number.isFinite(given) ? given : undefined;
}

function longest(value: ValueNode, variables: Variables): number {
  if (value.kind === Kind.LIST) return value.values.length;
  if (value.kind === Kind.OBJECT) {
    return Math.max(0, ...value.fields.map((field) => (isInput(field.value) ? 0 : longest(field.value, variables))));
  }
  return value.kind === Kind.VARIABLE ? longestOf(variables[value.name.value]) : 0;
}

const isInput = (value: ValueNode): boolean => value.kind === Kind.OBJECT;

function longestOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Math.max(0, ...Object.values(value).map((one) => (Array.isArray(one) ? one.length : 0)));
}
