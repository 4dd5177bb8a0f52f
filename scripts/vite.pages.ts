import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { InlineConfig } from 'vite';

/** How every page (each .html of the folder) is bundled: all that it needs, workers and fonts too, becomes a file of ours. */
export function pagesConfig(root: string, outDir: string): InlineConfig {
  const pages = readdirSync(root).filter((name) => name.endsWith('.html'));
  return {
    configFile: false,
    root,
    publicDir: false,
    mode: 'production',
    // Libraries mark files for React's server rendering; each mark is a warning that says nothing of ours.
    logLevel: 'error',
    // One copy of each: GraphiQL's parts share contexts and schema objects.
    resolve: { dedupe: ['graphql', 'react', 'react-dom'] },
    worker: { format: 'es' },
    build: {
      outDir,
      rolldownOptions: { input: pages.map((name) => join(root, name)) },
      emptyOutDir: true,
      target: 'es2022',
      reportCompressedSize: false,
      // The content security policy allows scripts from our own origin only, none inline.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // The editor is one large library; splitting it further would only mean more requests.
      chunkSizeWarningLimit: 8_000,
    },
  };
}
