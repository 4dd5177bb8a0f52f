/** Whether the page is in one column, as on a phone. The width is that of graphiql.css. */
export const isNarrow = (): boolean => matchMedia('(max-width: 700px)').matches;
