/** Sends a query with the credential that the page holds. */
export type Ask = <T>(query: string, variables: Readonly<Record<string, unknown>>) => Promise<T>;

/** An answer that is an error; `code` is the gateway's. */
export class AskError extends Error {
  constructor(
    message: string,
    readonly code: string | undefined,
  ) {
    super(message);
  }
}

/** @throws AskError for what the gateway refused; TypeError while it cannot be reached. */
export function asker(authorization: string): Ask {
  return async <T>(query: string, variables: Readonly<Record<string, unknown>>): Promise<T> => {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query, variables }),
    });
    const answer = (await response.json()) as {
      data?: T | null;
      errors?: { message: string; extensions?: { code?: string } }[];
    };
    if (answer.data) return answer.data;
    const error = answer.errors?.[0];
    throw new AskError(error?.message ?? `The gateway answered ${response.status}`, error?.extensions?.code);
  };
}
