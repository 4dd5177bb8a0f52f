import 'graphiql/setup-workers/vite';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { examples } from './examples.js';
import { examplesPlugin, headersText, variablesText } from './examples-plugin.js';
import { createFetcher } from './fetcher.js';
import { isNarrow } from './narrow.js';
import type { PageConfig } from './page-config.js';
import { storageWithoutHeaders } from './storage.js';

const plugins = [HISTORY_PLUGIN, examplesPlugin];

/** The headers editor reads JSON with comments, so the hint does no harm where it is left. */
const headersHint = `{
  // "authorization": "Bearer <API key or access token>"
  // "authorization": "Basic <base64 of tenant:secret>"
}`;

/** What lies open below the query: the credential where one must be given. On a phone the query has all the room. */
function firstTool(config: PageConfig): 'variables' | 'headers' | false {
  if (!config.headers.authorization) return 'headers';
  return isNarrow() ? false : 'variables';
}

function Page({ config }: { config: PageConfig }) {
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const makeFetcher = () => createFetcher(config, setProblem);
  const [fetcher, setFetcher] = useState(makeFetcher);
  const defaultHeaders = config.headers.authorization ? JSON.stringify(config.headers, null, 2) : headersHint;
  const [storage] = useState(() => storageWithoutHeaders(defaultHeaders));
  const defaultTabs = examples.map((example) => ({
    query: example.query,
    variables: variablesText(example),
    headers: headersText(example, defaultHeaders),
  }));
  return (
    <div className="page">
      {problem && (
        <div className="page-notice" role="alert">
          <p>{problem}</p>
          {/* GraphiQL reads the schema again when it is given another fetcher. */}
          <button type="button" onClick={() => setFetcher(makeFetcher)}>
            Try again
          </button>
        </div>
      )}
      <GraphiQL
        fetcher={fetcher}
        plugins={plugins}
        defaultTabs={defaultTabs}
        defaultHeaders={defaultHeaders}
        defaultEditorToolsVisibility={firstTool(config)}
        storage={storage}
        showPersistHeadersSettings={false}
        inputValueDeprecation
        schemaDescription
      >
        <GraphiQL.Logo>
          <span className="page-title">
            <span className="page-name">{config.title}</span>
            {config.demo && <span className="page-badge">demo</span>}
            <a className="page-link" href="/live">
              Live
            </a>
          </span>
        </GraphiQL.Logo>
      </GraphiQL>
    </div>
  );
}

const root = document.getElementById('root')!;
try {
  const response = await fetch('/graphiql/config.json');
  const config = (await response.json()) as PageConfig;
  document.title = `${config.title} · GraphiQL`;
  createRoot(root).render(<Page config={config} />);
} catch (cause) {
  root.textContent = 'The gateway does not answer. Reload this page once it is back.';
  throw cause;
}
