import { errorCatalogue } from '../../src/base/errors.js';

/** Words that only home knows; no request names them. */
export const secrets = ['Zanzibarian', 'Quetzalcoatl', 'Wintermelon'] as const;

/** What no answer may show: where in our code it was made, or what JavaScript says of a fault of ours. */
const internals =
  /node_modules|\/src\/|\bmongo|BSON|ECONN|at \w+ \(|is not a function|is not iterable|Cannot (read|set) prop|undefined \(reading|Maximum call stack|heap|Invalid array length/i;
const graphqlCodes = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
];
const deliberate = ['SERVICE_UNAVAILABLE', 'QUERY_TOO_SLOW'];

export interface Answered {
  readonly status: number;
  readonly text: string;
  /** Whether it says when to come back. */
  readonly saysWhen?: boolean;
  /** Whether it was asked in the name of another workspace, or of nobody. */
  readonly isForeign: boolean;
}

/** What is wrong with an answer, whatever was asked; undefined where nothing is. */
export function faultOf({ status, text, saysWhen, isForeign }: Answered): string | undefined {
  if (status >= 500 && !(status === 503 && (saysWhen || deliberate.some((code) => text.includes(code))))) {
    return `status ${status}: ${text.slice(0, 300)}`;
  }
  if (text.includes('INTERNAL_SERVER_ERROR') || text.includes('Something went wrong'))
    return `a fault of ours: ${text.slice(0, 500)}`;
  if (isForeign) {
    const told = secrets.find((secret) => text.includes(secret));
    if (told !== undefined) return `tells "${told}", which is of another workspace`;
  }
  for (const { message, code } of errorsOf(text)) {
    if (typeof code !== 'string' || !(code in errorCatalogue || graphqlCodes.includes(code))) return `the code ${code}`;
    if (internals.test(message)) return `the message ${message}`;
  }
  return undefined;
}

/** The errors of a GraphQL answer; of anything else, none. */
function errorsOf(text: string): { message: string; code: unknown }[] {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return [];
  }
  const { errors } = (answer ?? {}) as { errors?: unknown };
  if (!Array.isArray(errors)) return [];
  return errors.map((error: { message?: unknown; extensions?: { code?: unknown } }) => ({
    message: String(error?.message),
    code: error?.extensions?.code ?? 'missing',
  }));
}
