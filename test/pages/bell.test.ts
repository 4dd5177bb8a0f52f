import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CreateActivityLogDocument, FollowDocument, UnreadCountDocument } from '../../schema/operations/operations.js';
import { openBrowser, type TestBrowser } from '../support/browser.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { builtPages } from '../support/pages.js';
import { addKey } from '../support/people.js';

let browser: TestBrowser;
let gateway: TestGateway;

beforeAll(async () => {
  const [opened, directory] = await Promise.all([openBrowser(), builtPages()]);
  browser = opened;
  gateway = await startGateway({ env: { PULL_SOURCES: '0' }, pages: { directory, filledIn: false } });
  const { store, home, users } = gateway;
  gateway.people.alice = await addKey(store, home.id, ['*'], users.alice);
  gateway.people.bob = await addKey(store, home.id, ['*'], users.bob);
  await gateway.data(FollowDocument, { input: { userId: users.bob } }, { as: 'alice' });
}, 120_000);
afterAll(async () => {
  await gateway?.close();
  await browser?.close();
});
afterEach(() => {
  expect(browser.escapes).toEqual([]);
});

const eventually = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: 20_000 });
const bobDoes = (action: string, name: string) =>
  gateway.data(
    CreateActivityLogDocument,
    { input: { action, object: { type: 'Insight', id: name, name } } },
    { as: 'bob' },
  );
const count = async (): Promise<number> =>
  (await gateway.data(UnreadCountDocument, {}, { as: 'alice' })).notifications.unreadCount;
const badge = (page: Page) => page.locator('#bell-count');
const items = (page: Page) => page.locator('#bell-list li');

async function opened(as: 'alice' | 'admin') {
  const open = await browser.newPage();
  await open.page.goto(`${gateway.url}/live`);
  await open.page.locator('#key').fill(gateway.people[as]!.replace('Bearer ', ''));
  await open.page.getByRole('button', { name: 'Follow' }).click();
  await eventually(() => open.page.locator('#state').textContent()).toBe('Connected');
  return open;
}

describe('the bell on /live', () => {
  it('counts what is unread, by itself, and shows who did what', async () => {
    await bobDoes('updated', 'Sign-ups <b>weekly</b>');
    const { page, context, problems } = await opened('alice');
    await eventually(() => badge(page).textContent()).toBe('1');
    await page.locator('#bell').click();
    expect(await items(page).locator('.bell-text').allTextContents()).toEqual([
      'Bob Baker updated Sign-ups <b>weekly</b>',
    ]);
    expect(await items(page).locator('.bell-foot').textContent()).toMatch(/^Gateway · you follow it · /);
    await bobDoes('updated', 'Churn');
    await eventually(() => badge(page).textContent()).toBe('2');
    await eventually(() => items(page).first().locator('.bell-text').textContent()).toBe('Bob Baker updated Churn');
    // The same once more: it grows.
    await bobDoes('updated', 'Churn');
    await eventually(() => items(page).first().locator('.times').textContent()).toBe('× 2');
    expect(await badge(page).textContent()).toBe('2');

    await items(page).first().locator('button').click();
    await eventually(() => badge(page).textContent()).toBe('1');
    await eventually(count).toBe(1);
    expect(await page.locator('#bell-list .unread').count()).toBe(1);
    await page.getByRole('button', { name: 'Mark all read' }).click();
    await eventually(() => badge(page).isVisible()).toBe(false);
    await eventually(count).toBe(0);
    expect(await page.locator('#bell-unread').textContent()).toBe('All read');
    expect(await page.locator('#bell').getAttribute('aria-label')).toBe('Notifications: none unread');
    expect(problems).toEqual([]);
    await context.close();
  });

  it('hears what is read on another page, and goes away with Escape', async () => {
    const [one, two] = [await opened('alice'), await opened('alice')];
    await bobDoes('shared', 'Revenue');
    for (const { page } of [one, two]) await eventually(() => badge(page).textContent()).toBe('1');
    await one.page.locator('#bell').click();
    await one.page.getByRole('button', { name: 'Mark all read' }).click();
    await eventually(() => badge(two.page).isVisible()).toBe(false);
    await one.page.keyboard.press('Escape');
    expect(await one.page.locator('#bell-panel').isVisible()).toBe(false);
    await Promise.all([one.context.close(), two.context.close()]);
  });

  it('shows thirty, and earlier ones when asked for them', async () => {
    for (let n = 0; n < 40; n += 1) await bobDoes('updated', `Dashboard ${n}`);
    const { page, context } = await opened('alice');
    await page.locator('#bell').click();
    await eventually(() => items(page).count()).toBe(30);
    await page.getByRole('button', { name: 'Show earlier ones' }).click();
    await eventually(() => items(page).count()).toBeGreaterThanOrEqual(40);
    await eventually(() => page.locator('#bell-more').isVisible()).toBe(false);
    await context.close();
  });

  it('is not there for a credential that is nobody’s', async () => {
    const { page, context, problems } = await opened('admin');
    expect(await page.locator('#bell').isVisible()).toBe(false);
    expect(problems).toEqual([]);
    await context.close();
  });
});
