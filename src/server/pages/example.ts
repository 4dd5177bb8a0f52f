/** One tab of GraphiQL. */
export interface Example {
  readonly title: string;
  /** Begins with a comment that tells what it shows. The operation's name becomes the tab's title. */
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Sent beside the credential. */
  readonly headers?: Readonly<Record<string, string>>;
}
