import {
  coerceInputValue,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
} from 'graphql';
import { badInput } from '../../base/errors.js';
import type { ActivityLogFilter } from '../../model/activity-log-filter.js';

type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The filter that a query string's parameters say: each field of the schema's `ActivityLogFilter` under its own name, a list
 * by repeating it. One that is no field is refused, since without it the answer would be more than was asked for.
 * @param others parameters that mean something else.
 * @throws CodedError BAD_USER_INPUT naming the parameter.
 */
export function filterOf(schema: GraphQLSchema, parameters: Parameters, others: readonly string[]): ActivityLogFilter {
  const type = schema.getType('ActivityLogFilter');
  if (!isInputObjectType(type)) throw new Error('The schema has no ActivityLogFilter');
  const fields = type.getFields();
  const filter: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parameters)) {
    if (others.includes(name) || value === undefined) continue;
    if (!Object.hasOwn(fields, name)) {
      throw badInput(name, `${name} is no parameter; there are ${[...Object.keys(fields), ...others].join(', ')}`);
    }
    filter[name] = coerced(fields[name]!.type, value, name);
  }
  return filter;
}

function coerced(type: GraphQLInputType, value: string | readonly string[], name: string): unknown {
  const isList = isListType(getNullableType(type));
  if (!isList && typeof value !== 'string') throw badInput(name, `${name} is given more than once`);
  const given = isList ? [value].flat() : value;
  return coerceInputValue(given, type, (_path, _value, error) => {
    throw badInput(name, `${name} must be ${isList ? 'a list of ' : 'a '}${getNamedType(type).name}: ${error.message}`);
  });
}
