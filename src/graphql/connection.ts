import { Field, Int, ObjectType } from 'type-graphql';
import type { Page } from '../model/page.js';
import { FeedCursorScalar, PageCursorScalar } from './scalars.js';

@ObjectType('PageInfo', {
  description: 'Where a page lies in its list. Both flags are true to the list in either direction.',
})
export class PageInfo {
  readonly #page: Page<unknown>;

  constructor(page: Page<unknown>) {
    this.#page = page;
  }

  @Field(() => Boolean, {
    description: 'Whether items come after this page; true also where that could not be found out in time.',
  })
  hasNextPage(): Promise<boolean> {
    return this.#page.hasNextPage();
  }

  @Field(() => Boolean, {
    description: 'Whether items come before this page; true also where that could not be found out in time.',
  })
  hasPreviousPage(): Promise<boolean> {
    return this.#page.hasPreviousPage();
  }

  @Field(() => PageCursorScalar, { nullable: true, description: 'The first item of this page; null for an empty one.' })
  get startCursor(): string | null {
    return this.#page.items[0]?.cursor ?? null;
  }

  @Field(() => PageCursorScalar, {
    nullable: true,
    description: 'The last item of this page: hand it back as `after` for the next. Null for an empty page.',
  })
  get endCursor(): string | null {
    return this.#page.items.at(-1)?.cursor ?? null;
  }
}

/** A page as GraphQL shows it. Flags and total are looked up only when they are asked for. */
export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly nodes: readonly T[];
  readonly pageInfo: PageInfo;
  readonly feedCursor: string;
  totalCount(): Promise<number>;
}

/** The two GraphQL types of a connection over `node`, named after it. */
export function connectionType<T>(name: string, node: new () => object): new (page: Page<T>) => Connection<T> {
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: `One ${name} in its place in a list.` })
  class Edge {
    @Field(() => PageCursorScalar, { description: 'Its place in the list, for `after` and `before`.' })
    readonly cursor!: string;

    @Field(() => node, { description: 'The item.' })
    readonly node!: T;
  }

  @ObjectType(`${name}Connection`, { description: `One page of a list of ${name}.` })
  class PageConnection implements Connection<T> {
    readonly #page: Page<T>;

    constructor(page: Page<T>) {
      this.#page = page;
    }

    @Field(() => [Edge], { description: 'The items, each with its cursor.' })
    get edges(): readonly Edge[] {
      return this.#page.items;
    }

    @Field(() => [node], { description: 'The items alone.' })
    get nodes(): readonly T[] {
      return this.#page.items.map((item) => item.node);
    }

    @Field(() => PageInfo, { description: 'Where this page lies in the list.' })
    get pageInfo(): PageInfo {
      return new PageInfo(this.#page);
    }

    @Field(() => Int, {
      description: 'How many items the whole list has, at the place that it is read at. Counted only when asked for.',
    })
    totalCount(): Promise<number> {
      return this.#page.totalCount();
    }

    @Field(() => FeedCursorScalar, {
      description: 'The place in the log as of this answer; the pages that follow this one are read at the same place.',
    })
    get feedCursor(): string {
      return this.#page.feedCursor;
    }
  }
  return PageConnection;
}
