/** Every fourth key is one that all writers use, so that they meet each other under it; the others are a writer's own. */
export const keyName = (writer: string, key: number): string => (key % 4 === 0 ? `shared-${key}` : `${writer}-${key}`);
