import { expect, it } from 'vitest';
import { newId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { type SeenSource, SourceWatch } from '../../src/graphql/live/source-watch.js';

it('keeps what it told of sources within its bound, by length and not by number', async () => {
  const watch = new SourceWatch({
    workspaceId: newId(),
    services: { sources: { list: async () => [], onChange: () => () => {} } },
    logger: silentLogger,
    pollMs: 1000,
    keptCharacters: 2500,
    onIdle: () => {},
  });
  const seen = { source: { id: newId() }, print: 'p' } as SeenSource;
  const made: string[] = [];
  const text = (key: string) =>
    watch.text(key, seen, async () => {
      made.push(key);
      return 'x'.repeat(1000);
    });
  for (const key of ['a', 'a', 'b', 'a']) await text(key);
  expect(made).toEqual(['a', 'b']);
  // The one that nobody asked for longest makes room.
  for (const key of ['c', 'a', 'b']) await text(key);
  expect(made).toEqual(['a', 'b', 'c', 'b']);
});
