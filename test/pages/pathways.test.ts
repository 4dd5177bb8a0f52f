import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import {
  CreateActivityDocument,
  CreateActivityLogsDocument,
  CreatePathwayDocument,
  EnrolUsersDocument,
  WithdrawUsersDocument,
} from '../../schema/operations/operations.js';
import { openBrowser, type TestBrowser } from '../support/browser.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { builtPages } from '../support/pages.js';
import { addSmallDemo } from './small-demo.js';

let browser: TestBrowser;
let directory: string;
let demo: TestGateway;
const pathwayIds: string[] = [];

beforeAll(async () => {
  [browser, directory] = await Promise.all([openBrowser(), builtPages()]);
  demo = await startGateway({ env: { MONGODB_URL: '' }, pages: { directory, filledIn: true } });
  await addSmallDemo(demo);
  const activities: { activityId: string; level: number }[] = [];
  for (const [index, name] of ['Read', 'Meet'].entries()) {
    const { createActivity } = await demo.data(CreateActivityDocument, { input: { key: name, name } });
    activities.push({ activityId: createActivity.activity.id, level: index + 1 });
  }
  for (const key of ['Alps', 'Baltic']) {
    const { createPathway } = await demo.data(CreatePathwayDocument, { input: { key, name: key, activities } });
    pathwayIds.push(createPathway.pathway.id);
    const users = ['dana', 'elodie', 'amara'].map((name) => ({ userEmail: `${name}@example.com` }));
    await demo.data(EnrolUsersDocument, { input: { pathwayId: createPathway.pathway.id, users } });
  }
}, 120_000);
afterAll(async () => {
  await demo?.close();
  await browser?.close();
});
afterEach(() => {
  expect(browser.escapes).toEqual([]);
});

const eventually = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: 20_000 });
/** Who stands where, column by column. */
const board = (page: Page): Promise<string[][]> =>
  page
    .locator('.step')
    .evaluateAll((steps) =>
      steps.map((step) => [...step.querySelectorAll('.person')].map((one) => one.textContent ?? '').sort()),
    );
const did = (name: string, activityKey: string, pathwayId: string, percent = 100) =>
  demo.data(CreateActivityLogsDocument, {
    inputs: [{ action: 'did', userEmail: `${name}@example.com`, activityKey, pathwayId, progress: { percent } }],
  });

it('shows who is where on a pathway, and moves them as entries arrive', async () => {
  const [alps, baltic] = pathwayIds as [string, string];
  await did('dana', 'Read', alps, 30);
  const { page, context, problems } = await browser.newPage();
  await page.goto(`${demo.url}/live`);
  await page.locator('#feed .card').first().waitFor();
  await page.getByRole('link', { name: 'Pathways' }).click();
  await eventually(() => board(page)).toEqual([['AO', 'ÉY'], ['DD'], [], []]);
  expect(await page.locator('#feed').isVisible()).toBe(false);
  expect(await page.locator('#pathway-name').textContent()).toBe('Alps');

  await did('dana', 'Read', alps);
  await eventually(() => board(page)).toEqual([['AO', 'ÉY'], [], ['DD'], []]);
  await page.getByText('Dana Demo is at Meet').waitFor();
  await did('elodie', 'Meet', alps);
  await did('elodie', 'Read', alps);
  await did('dana', 'Meet', alps);
  await eventually(() => board(page)).toEqual([['AO'], [], [], ['DD', 'ÉY']]);
  await page.getByText('2 of 3 done').first().waitFor();
  expect(await page.locator('#pathway-completed').textContent()).toBe('2');

  await demo.data(WithdrawUsersDocument, { input: { pathwayId: alps, userIds: [await idOf('amara')] } });
  await eventually(() => board(page)).toEqual([[], [], [], ['DD', 'ÉY']]);
  expect(await page.locator('#pathway-total').textContent()).toBe('2');

  await page.getByText('Baltic').click();
  await eventually(() => board(page)).toEqual([['AO', 'DD', 'ÉY'], [], [], []]);
  expect(new URL(page.url()).hash).toBe('#pathways/Baltic');
  await page.reload();
  await eventually(() => page.locator('#pathway-name').textContent()).toBe('Baltic');
  await eventually(() => board(page)).toEqual([['AO', 'DD', 'ÉY'], [], [], []]);
  // What happens on another is not told here.
  await did('amara', 'Read', baltic, 10);
  await eventually(() => board(page)).toEqual([['DD', 'ÉY'], ['AO'], [], []]);
  expect(problems).toEqual([]);
  await context.close();
});

it('is as wide as its page, on a phone, too', async () => {
  const { page, context } = await browser.newPage({ viewport: { width: 360, height: 740 } });
  await page.goto(`${demo.url}/live#pathways`);
  await page.locator('#pathway-view[data-ready] .person').first().waitFor();
  // The one with most people: one has left the other.
  expect(await page.locator('#pathway-name').textContent()).toBe('Baltic');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await context.close();
});

async function idOf(name: string): Promise<string> {
  const { user } = await demo.data<{ user: { id: string } }, object>(`{ user(email: "${name}@example.com") { id } }`);
  return user.id;
}
