import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import type { Example } from './example.js';
import { examples } from './examples.js';
import { isNarrow } from './narrow.js';

/** Short lists stay on one line: the editor for variables is low. */
export const variablesText = (example: Example): string =>
  Object.keys(example.variables).length === 0
    ? ''
    : JSON.stringify(example.variables, null, 2).replace(
        /\[\n\s+([^[\]{}]*?)\n\s+\]/g,
        (_list, items: string) => `[${items.replace(/,\n\s+/g, ', ')}]`,
      );

/** The example's own headers put before those that every tab has. */
export const headersText = ({ headers = {} }: Example, others: string): string =>
  Object.entries(headers).reduce((text, [name, value]) => {
    const isAlone = !/^\s*"/m.test(text);
    return text.replace(/^\{/, `{\n  ${JSON.stringify(name)}: ${JSON.stringify(value)}${isAlone ? '' : ','}`);
  }, others);

/** What the query's own comment says first. */
const firstSentence = (example: Example): string => {
  const lines = example.query.split('\n');
  const comment = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('#')),
  );
  const text = comment.map((line) => line.slice(2)).join(' ');
  return text.slice(text.indexOf(': ') + 2).split(/(?<=\.) /)[0]!;
};

const ExamplesIcon = () => (
  <svg
    viewBox="0 0 24 24"
    width="1em"
    height="1em"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.5"
    aria-hidden="true"
  >
    <path d="M9 18h6M10 21h4M12 3a6 6 0 0 0-3.6 10.8c.7.6 1.1 1.3 1.1 2.2h5c0-.9.4-1.6 1.1-2.2A6 6 0 0 0 12 3Z" />
  </svg>
);

/** Opens an example in a tab of its own, or goes to the tab that holds it unchanged. */
function ExamplesPane() {
  const { addTab, changeTab, setVisiblePlugin, updateActiveTabValues } = useGraphiQLActions();
  const { tabs, queryEditor, variableEditor, headerEditor, defaultHeaders } = useGraphiQL((state) => ({
    tabs: state.tabs,
    defaultHeaders: state.defaultHeaders,
    headerEditor: state.headerEditor,
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
  }));
  const open = (example: Example): void => {
    // There this pane lies over the tabs.
    if (isNarrow()) setVisiblePlugin(null);
    const variables = variablesText(example);
    const at = tabs.findIndex((tab) => tab.query === example.query && (tab.variables ?? '') === variables);
    if (at >= 0) {
      changeTab(at);
      return;
    }
    addTab();
    const headers = headersText(example, defaultHeaders ?? '{}');
    updateActiveTabValues({ query: example.query, variables, headers });
    queryEditor?.setValue(example.query);
    variableEditor?.setValue(variables);
    headerEditor?.setValue(headers);
  };
  return (
    <section className="page-examples" aria-label="Examples">
      <h2>Examples</h2>
      <p>Each opens in a tab of its own and works as it is.</p>
      <ul>
        {examples.map((example) => (
          <li key={example.title}>
            <button type="button" onClick={() => open(example)}>
              <strong>{example.title}</strong>
              <span>{firstSentence(example)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A button in the sidebar by which one comes back to the examples once their tabs are closed or changed. */
export const examplesPlugin = { title: 'Examples', icon: ExamplesIcon, content: ExamplesPane };
