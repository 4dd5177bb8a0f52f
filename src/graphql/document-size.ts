import { type DocumentNode, Kind, Lexer, parse, Source, TokenKind, visit } from 'graphql';
import { CodedError } from '../base/errors.js';
import type { RequestLimits } from './limits.js';

const openers: readonly string[] = [TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L];
const closers: readonly string[] = [TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R];

/** Brackets within brackets, of any kind: parsing recurses with them. */
const mostBrackets = 200;

/** From this many tokens on, fields are counted before validation, whose time grows with their square. */
const largeDocument = 2_000;

/**
 * Refuses a document that would be costly even to parse or validate: parsing recurses with its brackets.
 * What is no GraphQL at all is left to the parser.
 * @throws CodedError TOO_COSTLY
 */
export function refuseCostly(text: string, limits: RequestLimits): void {
  const tokens = measure(text, limits);
  if (tokens < largeDocument) return;
  const document = parsed(text);
  if (document && fieldsOf(document) > limits.fields) throw tooCostly(`has ${limits.fields} fields in all at most`);
}

/** How many tokens a document has, up to the first that is none. */
function measure(text: string, limits: RequestLimits): number {
  const lexer = new Lexer(new Source(text));
  let depth = 0;
  let tokens = 0;
  let directives = 0;
  try {
    while (lexer.advance().kind !== TokenKind.EOF) {
      tokens += 1;
      if (openers.includes(lexer.token.kind)) depth += 1;
      if (closers.includes(lexer.token.kind)) depth -= 1;
      if (lexer.token.kind === TokenKind.AT) directives += 1;
      if (tokens > limits.tokens || depth > mostBrackets) break;
    }
  } catch {
    return 0;
  }
  if (tokens > limits.tokens) throw tooCostly(`has ${limits.tokens} words and signs at most`);
  if (directives > limits.directives) throw tooCostly(`has ${limits.directives} directives at most`);
  if (depth > mostBrackets) throw tooCostly(`nests ${mostBrackets} brackets deep at most`);
  return tokens;
}

function parsed(text: string): DocumentNode | undefined {
  try {
    return parse(text, { noLocation: true });
  } catch {
    return undefined;
  }
}

function fieldsOf(document: DocumentNode): number {
  let fields = 0;
  visit(document, {
    enter: (node) => {
      if (node.kind === Kind.FIELD) fields += 1;
    },
  });
  return fields;
}

const tooCostly = (message: string): CodedError => new CodedError('TOO_COSTLY', `One document ${message}`, 'query');
