interface HistoryItem {
  readonly headers?: string;
}

const history = /^graphiql:(queries|favorites)$/;

/**
 * The browser's storage for everything but headers: a credential stays in the memory of the page that it was typed in.
 * GraphiQL's tabs leave them out by themselves, its history does not; read back, an entry has `defaultHeaders`.
 */
export function storageWithoutHeaders(defaultHeaders: string) {
  const mapItems = (value: string, change: (item: HistoryItem) => HistoryItem): string => {
    const lists = JSON.parse(value) as Record<string, HistoryItem[]>;
    return JSON.stringify(Object.fromEntries(Object.entries(lists).map(([name, items]) => [name, items.map(change)])));
  };
  return {
    getItem(key: string): string | null {
      const value = localStorage.getItem(key);
      return value && history.test(key) ? mapItems(value, (item) => ({ ...item, headers: defaultHeaders })) : value;
    },
    setItem(key: string, value: string): void {
      localStorage.setItem(key, history.test(key) ? mapItems(value, ({ headers: _kept, ...item }) => item) : value);
    },
    removeItem(key: string): void {
      localStorage.removeItem(key);
    },
    clear(): void {
      for (const key of Object.keys(localStorage)) if (key.startsWith('graphiql:')) localStorage.removeItem(key);
    },
    get length(): number {
      return Object.keys(localStorage).filter((key) => key.startsWith('graphiql:')).length;
    },
  };
}
