/**
 * The few words of React that the page uses. They stand in for @types/react and @types/react-dom: with those
 * installed, this file goes.
 */
declare module 'react' {
  export type ReactNode = JSX.Element | string | number | boolean | null | undefined | readonly ReactNode[];
  export type FC<P = object> = (props: P) => ReactNode;
  export type ComponentType<P = object> = FC<P>;
  export type ComponentPropsWithoutRef<C> = C extends (props: infer P) => unknown ? P : never;
  export function useState<T>(initial: T | (() => T)): [T, (next: T | (() => T)) => void];
  export namespace JSX {
    interface Element {
      readonly type: unknown;
      readonly props: unknown;
      readonly key: string | null;
    }
    type ElementType = string | ((props: never) => ReactNode);
    interface ElementChildrenAttribute {
      children: unknown;
    }
    interface IntrinsicAttributes {
      key?: string | number;
    }
    interface IntrinsicElements {
      [name: string]: { [attribute: string]: unknown };
    }
  }
}

declare module 'react/jsx-runtime' {
  export { JSX } from 'react';
}

declare module 'react-dom/client' {
  import type { ReactNode } from 'react';
  export function createRoot(container: Element): { render(node: ReactNode): void };
}
