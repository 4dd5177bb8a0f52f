import { type ASTNode, type GraphQLError, Kind, type Token, TokenKind } from 'graphql';

/**
 * Which argument a value in the document was written for, e.g. `input.userId`: read backwards from the value's first
 * token, because an error knows the value and not what stands around it. Undefined for what is no argument's value.
 */
export function literalPath(node: ASTNode): string | undefined {
  const names: string[] = [];
  let token: Token | null | undefined = node.loc?.startToken;
  if (node.kind === Kind.OBJECT_FIELD || node.kind === Kind.ARGUMENT) token = node.value.loc?.startToken;
  while (token) {
    const before: Token | null = token.prev;
    if (before?.kind === TokenKind.COLON && before.prev?.kind === TokenKind.NAME) {
      names.unshift(before.prev.value);
      token = before.prev;
    }
    const opening = enclosing(token);
    if (opening === undefined || opening.kind === TokenKind.PAREN_L) {
      return opening === undefined || names.length === 0 ? undefined : names.join('.');
    }
    token = opening;
  }
  return undefined;
}

const openers: readonly string[] = [TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L];
const closers: readonly string[] = [TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R];

/** The bracket that the token stands in. */
function enclosing(token: Token): Token | undefined {
  let depth = 0;
  for (let at = token.prev; at; at = at.prev) {
    if (closers.includes(at.kind)) depth += 1;
    else if (openers.includes(at.kind)) {
      if (depth === 0) return at;
      depth -= 1;
    }
  }
  return undefined;
}

/** Where in the variables a value that could not be coerced lies, e.g. `inputs[3].occurredAt`. */
export function variablePath(error: GraphQLError): string | undefined {
  const [node] = error.nodes ?? [];
  if (node?.kind !== Kind.VARIABLE_DEFINITION) return undefined;
  const name = node.variable.name.value;
  const below = new RegExp(` at "${name}((?:\\.\\w+|\\[\\d+\\])+)"; `).exec(error.message)?.[1] ?? '';
  return `${name}${below}`;
}
