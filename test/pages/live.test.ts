import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CreateActivityLogsDocument, DeleteActivityLogDocument } from '../../schema/operations/operations.js';
import { openBrowser, type TestBrowser } from '../support/browser.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { builtPages } from '../support/pages.js';
import { addSmallDemo } from './small-demo.js';

let browser: TestBrowser;
let directory: string;
let demo: TestGateway;

beforeAll(async () => {
  [browser, directory] = await Promise.all([openBrowser(), builtPages()]);
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

const state = (page: Page) => page.locator('#state');
const cards = (page: Page) => page.locator('#feed .card');
const card = (page: Page, text: string) => cards(page).filter({ hasText: text });
const eventually = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: 20_000 });
const isNow = (page: Page, wanted: string) => eventually(() => state(page).textContent()).toBe(wanted);
const counters = (page: Page) => page.locator('.figures strong').allTextContents();
const compared = async (page: Page): Promise<number> =>
  Number(/^(\d+) compared/.exec((await page.locator('#compared').textContent()) ?? '')?.[1] ?? -1);

/** @returns the ids of entries with these summaries, by Élodie. */
async function record(gateway: TestGateway, ...summaries: string[]): Promise<string[]> {
  const { createActivityLogs } = await gateway.data(CreateActivityLogsDocument, {
    inputs: summaries.map((summary) => ({ action: 'completed', summary, userEmail: 'elodie@example.com' })),
  });
  return createActivityLogs.results.map(({ activityLog }) => activityLog!.id);
}

/** Compares with a query until all that was received was in it. */
async function comparedAll(page: Page, count: number): Promise<void> {
  await eventually(async () => {
    await page.getByRole('button', { name: 'Compare now' }).click();
    return compared(page);
  }).toBe(count);
}

describe('/live', () => {
  it('shows entries as they are recorded, and takes away what is removed', async () => {
    const { page, context, problems } = await browser.newPage();
    await page.goto(`${demo.url}/live`);
    await isNow(page, 'Connected');
    expect(await page.title()).toBe('Activity Gateway · Live');
    await card(page, 'Finished lesson 24 of').waitFor();
    const before = await page.locator('#cursor').textContent();

    const [id] = await record(demo, 'Planted <b>a tree</b>', 'Watered it');
    await card(page, 'Watered it').waitFor();
    const planted = cards(page).nth(1);
    expect(await planted.locator('.card-text').textContent()).toBe('Élodie Yılmaz Planted <b>a tree</b>');
    expect(await planted.locator('.source').textContent()).toBe('Gateway');
    expect(await planted.locator('.arrival').textContent()).toMatch(/^\d+ ms$/);
    expect(await page.locator('#cursor').textContent()).not.toBe(before);
    await page.locator('#rate-chart .bar-live').first().waitFor();
    await page.locator('#delay-chart .bar-delay').first().waitFor();

    await demo.data(DeleteActivityLogDocument, { id: id! });
    await eventually(() => planted.textContent()).toBe('This entry was removed.');
    expect(await counters(page)).toEqual(['0', '0']);
    expect(problems).toEqual([]);
    await context.close();
  });

  it('cut off, comes back to its place: what was missed arrives, and a query finds nothing missed or repeated', async () => {
    const { page, context, problems } = await browser.newPage();
    await page.goto(`${demo.url}/live`);
    await isNow(page, 'Connected');
    await record(demo, 'Before the cut');
    await card(page, 'Before the cut').waitFor();

    // By keyboard.
    await page.getByRole('button', { name: 'Cut my connection' }).focus();
    await page.keyboard.press('Enter');
    await isNow(page, 'Cut off');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('cut');
    const missed = Array.from({ length: 5 }, (_, index) => `Missed ${index}`);
    await record(demo, ...missed);
    expect(await card(page, 'Missed').count()).toBe(0);

    await isNow(page, 'Connected');
    await page.getByText('back: 5 entries from meanwhile arrived').waitFor();
    expect(await page.locator('.card.late .card-text').allTextContents()).toEqual(
      missed.map((summary) => `Élodie Yılmaz ${summary}`).reverse(),
    );
    await record(demo, 'Something new');
    await card(page, 'Something new').waitFor();
    expect(await page.locator('.card.late').count()).toBe(5);
    await comparedAll(page, 7);
    expect(await counters(page)).toEqual(['0', '0']);
    expect(problems).toEqual([]);
    await context.close();
  });

  it('says so when something was missed or repeated', async () => {
    const { page, context } = await browser.newPage();
    // Between the gateway and the page, one event is lost and one is doubled.
    await page.routeWebSocket(/\/graphql$/, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((message) => {
        const text = String(message);
        if (text.includes('to be lost')) return;
        socket.send(text);
        if (text.includes('to be doubled')) socket.send(text);
      });
    });
    await page.goto(`${demo.url}/live`);
    await isNow(page, 'Connected');
    await record(demo, 'One to be lost', 'One to be doubled', 'The last');
    await card(page, 'The last').waitFor();
    await comparedAll(page, 3);
    expect(await counters(page)).toEqual(['1', '1']);
    await context.close();
  });

  it('draws how many entries there were when, exactly, as they are recorded, removed and missed', async () => {
    const { page, context, problems } = await browser.newPage({ timezoneId: 'Asia/Kolkata' });
    await page.goto(`${demo.url}/live`);
    await isNow(page, 'Connected');
    const total = async () => Number((await page.locator('#stats-total').textContent())?.replace(',', ''));
    const drawn = (count: number) => eventually(total).toBe(count);
    const counted = async () => {
      const hour = 3_600_000;
      const occurredAfter = new Date(Math.floor(Date.now() / hour) * hour - 23 * hour - hour / 2).toISOString();
      const query = 'query ($filter: ActivityLogFilter) { activityLogStats(filter: $filter) { count } }';
      return (await demo.data<{ activityLogStats: { count: number } }, object>(query, { filter: { occurredAfter } }))
        .activityLogStats.count;
    };
    const before = await counted();
    await drawn(before);
    const [known] = await record(demo, 'Drawn', 'Drawn, too');
    await drawn(before + 2);
    expect(await page.locator('.column').last().getAttribute('title')).toContain('Gateway');
    await demo.data(DeleteActivityLogDocument, { id: known! });
    await drawn(before + 1);

    await page.getByRole('button', { name: 'Cut my connection' }).click();
    await isNow(page, 'Cut off');
    const [missed] = await record(demo, 'Not drawn yet');
    expect(await total()).toBe(before + 1);
    await isNow(page, 'Connected');
    await drawn(before + 2);

    // What was counted before this page came is not known to it one by one.
    await page.reload();
    await drawn(before + 2);
    await demo.data(DeleteActivityLogDocument, { id: missed! });
    await drawn(before + 1);
    expect(await counted()).toBe(before + 1);

    await page.getByRole('radio', { name: '14 days' }).check();
    await page.getByText('in the last 14 days').waitFor();
    expect(await page.locator('.column').count()).toBe(14);
    expect(await page.locator('#stats-columns').getAttribute('aria-label')).toMatch(
      /^Entries in the last 14 days: \d+/,
    );
    expect(problems).toEqual([]);
    await context.close();
  });

  it('follows with the filter that is chosen', async () => {
    const { page, context, problems } = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await page.goto(`${demo.url}/live`);
    await isNow(page, 'Connected');
    await page.getByRole('searchbox', { name: 'Search' }).fill('kite');
    await eventually(() => cards(page).count()).toBe(0);
    await isNow(page, 'Connected');
    await record(demo, 'Mended a bicycle', 'Flew a kite');
    await card(page, 'Flew a kite').waitFor();
    expect(await cards(page).count()).toBe(1);
    await page.getByRole('checkbox', { name: 'AWorld' }).check();
    await eventually(() => cards(page).count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(problems).toEqual([]);
    await context.close();
  });

  it('takes a key, keeps it in memory, and says when it is refused', async () => {
    const production = { NODE_ENV: 'production', ALLOWED_HOSTS: '127.0.0.1' };
    const gateway = await startGateway({ env: production, pages: { directory, filledIn: false } });
    const { page, context } = await browser.newPage();
    await page.goto(`${gateway.url}/live`);
    const key = page.getByLabel('API key or access token');
    await key.fill('agw_wrong');
    await page.keyboard.press('Enter');
    await eventually(() => page.getByRole('alert').textContent()).not.toBe('');
    await key.fill(gateway.people.admin!.replace('Bearer ', ''));
    await page.getByRole('button', { name: 'Follow' }).click();
    await isNow(page, 'Connected');
    await key.waitFor({ state: 'hidden' });
    expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]))).toBe(
      '[{},{},""]',
    );
    await context.close();
    await gateway.close();
  });
});
