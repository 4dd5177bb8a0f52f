/** What the page asks the server for before it draws: `GET /graphiql/config.json`. */
export interface PageConfig {
  readonly title: string;
  /** In demo mode the page fills in `headers` and says that the data is made up. */
  readonly demo: boolean;
  /** Shown in the headers editor and readable by anyone who opens the page: nothing but demo keys belongs here. */
  readonly headers: { readonly authorization?: string };
}
