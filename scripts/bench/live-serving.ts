/** What serves subscriptions in a benchmark, seen from outside. */
export interface Serving {
  readonly url: string;
  subscribers(): number;
}
