import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { examples } from '../../src/server/pages/examples.js';
import { openBrowser, type TestBrowser } from '../support/browser.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { builtPages } from '../support/pages.js';
import { addSmallDemo } from './small-demo.js';

let browser: TestBrowser;
let directory: string;
let demo: TestGateway;

beforeAll(async () => {
  [browser, directory] = await Promise.all([openBrowser(), builtPages()]);
  // Without a URL of its own it is a demo: the page shows that, and its key.
  demo = await startGateway({ env: { MONGODB_URL: '' }, pages: { directory, filledIn: true } });
  await addSmallDemo(demo);
}, 120_000);
afterAll(async () => {
  await demo?.close();
  await browser?.close();
});
afterEach(() => {
  expect(browser.escapes).toEqual([]);
});

const titles = [
  'PageWithUsers',
  'Completed',
  'Statistics',
  'OnePerson',
  'WhoIsWho',
  'PathwayWithPeople',
  'Progress',
  'RecordOne',
  'RecordBatch',
  'Sources',
  'WhatItTakes',
  'Live',
  'LiveCompleted',
  'SourcesLive',
  'Notifications',
  'NotificationsLive',
];
const without = (title: string): string[] => titles.filter((one) => one !== title);
const tabTitles = (page: Page): Promise<string[]> => page.locator('.graphiql-tab-button').allTextContents();
const response = (page: Page) => page.locator('.graphiql-response .view-lines');
/** The editor draws every space as one that does not break. */
const responseText = async (page: Page): Promise<string> =>
  ((await response(page).textContent()) ?? '').replaceAll('\u00a0', ' ');
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
    const { page, context, problems } = await browser.newPage();
    await open(page, demo.url);
    await eventually(() => tabTitles(page)).toEqual(titles);
    expect(await page.title()).toBe('Activity Gateway · GraphiQL');

    await page.locator('.graphiql-query-editor .view-lines').click();
    await page.keyboard.press('Control+Enter');
    await eventually(() => responseText(page)).toContain('Finished lesson 24 of Cycling to work');
    expect(await responseText(page)).toContain('Amara Okafor');

    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    const docs = page.locator('.graphiql-doc-explorer');
    await docs.getByText('What people did in many systems').waitFor();
    await docs.getByRole('link', { name: 'Query' }).click();
    await docs.getByText('Entries of the log, page by page.').waitFor();
    await docs.getByRole('link', { name: 'activityLogs', exact: true }).click();
    await docs.getByText('Only items that come after this place in the list.').waitFor();
    await docs.getByRole('link', { name: 'ActivityLogFilter' }).click();
    await docs.getByText('Ids, emails or names of users.').waitFor();

    expect(problems).toEqual([]);
    await context.close();
  });

  it('runs every example', async () => {
    const { page, context, problems } = await browser.newPage();
    await open(page, demo.url);
    for (const [index, { query }] of examples.entries()) {
      if (query.includes('\nsubscription ')) continue;
      await page.locator('.graphiql-tab-button').nth(index).click();
      const answer = page.waitForResponse((candidate) => candidate.url().endsWith('/graphql'));
      await run(page);
      const body = (await (await answer).json()) as { data?: object; errors?: object[] };
      expect({ errors: body.errors, data: typeof body.data }).toEqual({ errors: undefined, data: 'object' });
    }
    expect(problems).toEqual([]);
    await context.close();
  });

  it('runs no script that is not a file of ours', async () => {
    const { page, context, problems } = await browser.newPage();
    await open(page, demo.url);
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.broken = true';
      document.body.append(script);
      return 'broken' in window;
    });
    expect(ran).toBe(false);
    expect(problems).toEqual([expect.stringContaining('Content Security Policy')]);
    await context.close();
  });

  it('shows what an answer takes, by the header that the example brings', async () => {
    const { page, context, problems } = await browser.newPage();
    await open(page, demo.url);
    await page.locator('.graphiql-tab-button').nth(titles.indexOf('WhatItTakes')).click();
    const answer = page.waitForResponse((candidate) => candidate.url().endsWith('/graphql'));
    await run(page);
    const { extensions } = (await (await answer).json()) as { extensions: { explain: { storeCalls: object[] } } };
    expect(extensions.explain.storeCalls.length).toBeGreaterThan(1);
    await page.getByRole('button', { name: 'Close Tab' }).click();
    await page.getByRole('button', { name: 'Show Examples' }).click();
    await page.getByRole('button', { name: /^What it takes/ }).click();
    const again = page.waitForResponse((candidate) => candidate.url().endsWith('/graphql'));
    await run(page);
    expect(await (await again).json()).toMatchObject({ extensions: { explain: { batches: expect.any(Array) } } });
    expect(problems).toEqual([]);
    await context.close();
  });

  it('runs the examples that follow the log', async () => {
    const { page, context, problems } = await browser.newPage();
    await open(page, demo.url);
    const entry = { action: 'completed', summary: 'Told as it happened' };
    for (const name of ['Live', 'LiveCompleted']) {
      await page.locator('.graphiql-tab-button').nth(titles.indexOf(name)).click();
      await run(page);
      // It begins when the gateway has taken it up, so what was recorded before that is not told.
      await eventually(async () => {
        await demo.data('mutation ($input: CreateActivityLogInput!) { createActivityLog(input: $input) { cursor } }', {
          input: entry,
        });
        return responseText(page);
      }).toContain(entry.summary);
      await page.getByRole('button', { name: /^Stop/ }).click();
    }
    expect(problems).toEqual([]);
    await context.close();
  });

  it('keeps the tabs of a returning visitor and brings a closed example back', async () => {
    const { page, context, problems } = await browser.newPage();
    await open(page, demo.url);
    await eventually(async () => (await tabTitles(page)).length).toBe(examples.length);
    await page.locator('.graphiql-tab-button').nth(1).click();
    await page.getByRole('button', { name: 'Close Tab' }).click();
    await eventually(() => tabTitles(page)).toEqual(without('Completed'));
    await page.waitForFunction(() => localStorage.getItem('graphiql:tabState')?.includes('"Completed"') === false);

    await page.reload();
    await eventually(() => tabTitles(page)).toEqual(without('Completed'));
    await page.getByRole('button', { name: 'Show Examples' }).click();
    await page.getByRole('button', { name: /^A filter/ }).click();
    await eventually(() => tabTitles(page)).toEqual([...without('Completed'), 'Completed']);
    await run(page);
    await eventually(() => responseText(page)).toContain('totalCount');
    await page.getByRole('button', { name: /^A page with users/ }).click();
    await eventually(() => page.locator('.graphiql-tab-active').textContent()).toContain('PageWithUsers');
    expect((await tabTitles(page)).length).toBe(titles.length);

    await page.waitForFunction(() => localStorage.getItem('graphiql:queries') !== null);
    const stored = await page.evaluate(() => JSON.stringify(localStorage));
    expect(stored).not.toContain('agw_');
    expect(problems).toEqual([]);
    await context.close();
  });

  it('tells a visitor without a credential how to give one, and goes on once it is there', async () => {
    const production = { NODE_ENV: 'production', ALLOWED_HOSTS: '127.0.0.1' };
    const gateway = await startGateway({ env: production, pages: { directory, filledIn: false } });
    const { page, context } = await browser.newPage();
    const credentials: (string | undefined)[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/graphql')) credentials.push(request.headers().authorization);
    });
    await open(page, gateway.url);
    await notice(page).waitFor();
    expect(new Set(credentials)).toEqual(new Set([undefined]));

    await page.getByRole('region', { name: 'Headers' }).locator('.view-lines').last().click();
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.keyboard.insertText(`{ "Authorization": "${gateway.people.admin}" }`);
    const read = schemaRead(page);
    await page.getByRole('button', { name: 'Try again' }).click();
    await read;
    await notice(page).waitFor({ state: 'detached' });
    expect(credentials.at(-1)).toBe(gateway.people.admin);
    await context.close();
    await gateway.close();
  });

  it('has one column on a phone, and its panes take the place of the editors', async () => {
    const { page, context, problems } = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await open(page, demo.url);
    await page.getByRole('button', { name: 'Show Examples' }).click();
    const example = page.getByRole('button', { name: /^One person/ });
    const editor = page.locator('.graphiql-query-editor');
    await editor.waitFor({ state: 'hidden' });
    expect((await example.boundingBox())!.width).toBeGreaterThan(300);
    await example.click();
    await editor.waitFor({ state: 'visible' });
    await run(page);
    await eventually(() => responseText(page)).toContain('latest');
    const answer = (await page.locator('.graphiql-response').boundingBox())!;
    const query = (await editor.boundingBox())!;
    expect(answer.y).toBeGreaterThanOrEqual(query.y + query.height);
    expect(answer.width).toBeGreaterThan(300);
    expect(answer.height).toBeGreaterThan(300);
    expect(problems).toEqual([]);
    await context.close();
  });
});
