/**
 * What looking something up costs, the item of a list being 1. A batch of relations costs little for each item, because
 * all of one answer are looked up together.
 */
export const weights = {
  /** Each field of a query or subscription itself, and each page. */
  rootField: 1,
  /** Each field of a mutation: it writes durably. */
  mutation: 10,
  /** Of a list at the root. */
  item: 1,
  /** Of a list within another: those of all items are looked up together. */
  innerItem: 0.5,
  /** A single noun beside another, e.g. the user of an entry. */
  relation: 0.2,
  /** `totalCount`. */
  count: 10,
  /** `__schema` and `__type`, whatever is asked of them. */
  introspection: 100,
} as const;

/** Fields that do more than their selection shows. */
export const heavyFields: Readonly<Record<string, number>> = {
  'Mutation.deleteActivityLogs': 1_000,
  'Query.activityLogStats': 100,
};
