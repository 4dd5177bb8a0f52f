import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { examples } from '../../src/server/pages/examples.js';
import type { PageConfig } from '../../src/server/pages/page-config.js';
import { openBrowser, type TestBrowser } from '../support/browser.js';
import { builtPages } from '../support/pages.js';
import { startToyGateway, type ToyGateway } from './toy-gateway.js';

const demo: PageConfig = { title: 'Activity Gateway', demo: true, headers: { authorization: 'Bearer demo-key' } };
const plain: PageConfig = { title: 'Activity Gateway', demo: false, headers: {} };

let browser: TestBrowser;
let directory: string;
let gateway: ToyGateway | undefined;

beforeAll(async () => {
  [browser, directory] = await Promise.all([openBrowser(), builtPages()]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
});
afterEach(async () => {
  await gateway?.app.close();
  gateway = undefined;
  expect(browser.escapes).toEqual([]);
});

async function start(config: PageConfig): Promise<ToyGateway> {
  gateway = await startToyGateway(directory, config);
  return gateway;
}

const tabTitles = (page: Page): Promise<string[]> => page.locator('.graphiql-tab-button').allTextContents();
const response = (page: Page) => page.locator('.graphiql-response .view-lines');
const responseText = async (page: Page): Promise<string> => (await response(page).textContent()) ?? '';
const eventually = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: 15_000 });
const notice = (page: Page) => page.getByRole('alert').filter({ hasText: 'wants a credential' });

async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  // The last of the editors to come.
  await response(page).waitFor();
}

async function run(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Execute query/ }).click();
}
const schemaRead = (page: Page): Promise<unknown> =>
  page.waitForResponse((answer) => (answer.request().postData() ?? '').includes('IntrospectionQuery'));

describe('GraphiQL', () => {
  it('shows the examples as tabs and runs the first, with the network shut', async () => {
    const { url } = await start(demo);
    const { page, context, problems } = await browser.newPage();
    await open(page, url);
    await eventually(() => tabTitles(page)).toEqual(['PageWithUsers', 'Completed', 'RecordOne', 'RecordBatch']);
    expect(await page.title()).toBe('Activity Gateway · GraphiQL');

    await page.locator('.graphiql-query-editor .view-lines').click();
    await page.keyboard.press('Control+Enter');
    await eventually(() => responseText(page)).toContain('Cycling');

    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page
      .getByText('Entries, newest first.')
      .or(page.getByRole('link', { name: 'Query' }))
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'Query' }).click();
    await page.getByText('Entries, newest first.').waitFor();

    expect(problems).toEqual([]);
    await context.close();
  });

  it('runs every example', async () => {
    const { url } = await start(demo);
    const { page, context, problems } = await browser.newPage();
    await open(page, url);
    for (const index of examples.keys()) {
      await page.locator('.graphiql-tab-button').nth(index).click();
      const answer = page.waitForResponse((candidate) => candidate.url().endsWith('/graphql'));
      await run(page);
      const body = (await (await answer).json()) as { data?: object; errors?: object[] };
      expect({ errors: body.errors, data: typeof body.data }).toEqual({ errors: undefined, data: 'object' });
    }
    expect(problems).toEqual([]);
    await context.close();
  });

  it('keeps the tabs of a returning visitor and brings a closed example back', async () => {
    const { url } = await start(demo);
    const { page, context, problems } = await browser.newPage();
    await open(page, url);
    await eventually(async () => (await tabTitles(page)).length).toBe(examples.length);
    await page.locator('.graphiql-tab-button').nth(1).click();
    await page.getByRole('button', { name: 'Close Tab' }).click();
    await eventually(() => tabTitles(page)).toEqual(['PageWithUsers', 'RecordOne', 'RecordBatch']);
    await page.waitForFunction(() => localStorage.getItem('graphiql:tabState')?.includes('"Completed"') === false);

    await page.reload();
    await eventually(() => tabTitles(page)).toEqual(['PageWithUsers', 'RecordOne', 'RecordBatch']);
    await page.getByRole('button', { name: 'Show Examples' }).click();
    await page.getByRole('button', { name: /^A filter/ }).click();
    await eventually(() => tabTitles(page)).toEqual(['PageWithUsers', 'RecordOne', 'RecordBatch', 'Completed']);
    await run(page);
    await eventually(() => responseText(page)).toContain('totalCount');
    await page.getByRole('button', { name: /^A page with users/ }).click();
    await eventually(() => page.locator('.graphiql-tab-active').textContent()).toContain('PageWithUsers');
    expect((await tabTitles(page)).length).toBe(4);

    await page.waitForFunction(() => localStorage.getItem('graphiql:queries') !== null);
    const stored = await page.evaluate(() => JSON.stringify(localStorage));
    expect(stored).not.toContain('demo-key');
    expect(problems).toEqual([]);
    await context.close();
  });

  it('tells a visitor without a credential how to give one, and goes on once it is there', async () => {
    const toy = await start(plain);
    const { page, context } = await browser.newPage();
    await open(page, toy.url);
    await notice(page).waitFor();
    expect(new Set(toy.credentials)).toEqual(new Set([undefined]));

    await page.getByRole('region', { name: 'Headers' }).locator('.view-lines').last().click();
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.keyboard.insertText('{ "Authorization": "Bearer demo-key" }');
    const read = schemaRead(page);
    await page.getByRole('button', { name: 'Try again' }).click();
    await read;
    await notice(page).waitFor({ state: 'detached' });
    expect(toy.credentials.at(-1)).toBe('Bearer demo-key');
    await context.close();
  });

  it('subscribes over a socket with the credential of the headers editor', async () => {
    const { url } = await start(demo);
    const { page, context, problems } = await browser.newPage();
    await open(page, url);
    await page.getByRole('button', { name: 'New tab' }).click();
    await page.locator('.graphiql-query-editor .view-lines').click();
    await page.keyboard.insertText('subscription Live { activityLogged { cursor activityLog { summary } } }');
    await run(page);
    await eventually(() => responseText(page)).toContain('f21');
    expect(gateway!.credentials.at(-1)).toBe('Bearer demo-key');
    expect(problems).toEqual([]);
    await context.close();
  });
});
