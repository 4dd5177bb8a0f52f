import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from '../support/browser.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { type Frontend, type Outcome, serveFrontend } from './frontend.js';

let browser: TestBrowser;
let frontend: Frontend;

beforeAll(async () => {
  [browser, frontend] = await Promise.all([openBrowser(), serveFrontend()]);
}, 60_000);
afterAll(async () => {
  expect(browser.escapes).toEqual([]);
  await browser?.close();
  await frontend?.close();
});

/** Opens the frontend, and reads what it could read of the gateway's answers. */
async function visit(gateway: TestGateway): Promise<{ outcomes: Outcome[]; problems: string[] }> {
  const { page, context, problems } = await browser.newPage();
  const order = { gateway: gateway.url, authorization: gateway.people.admin!, userId: gateway.users.alice };
  await page.goto(frontend.address(order));
  await page.waitForFunction(() => document.title === 'done');
  const outcomes = JSON.parse((await page.locator('pre').textContent())!) as Outcome[];
  await context.close();
  return { outcomes, problems };
}

const recorded = async (gateway: TestGateway): Promise<number> => {
  const query = '{ activityLogs(filter: { nativeIds: ["of-the-frontend"] }) { totalCount } }';
  const { activityLogs } = await gateway.data<{ activityLogs: { totalCount: number } }, object>(query);
  return activityLogs.totalCount;
};

describe('a frontend on another origin', () => {
  it('works once it is in ALLOWED_ORIGINS: it sends its headers and reads ours', async () => {
    const gateway = await startGateway({ env: { ALLOWED_ORIGINS: frontend.origin } });
    const { outcomes, problems } = await visit(gateway);
    const [answer, first, again] = outcomes.map((outcome) => {
      if (outcome === 'refused') throw new Error(`The browser refused: ${problems.join('; ')}`);
      return { ...outcome, headers: Object.fromEntries(outcome.headers) };
    });
    expect(JSON.parse(answer!.body)).toEqual({
      data: { users: { totalCount: 2, nodes: [{ name: expect.any(String) }] } },
    });
    expect(answer!.headers['x-request-id']).toBe('of-the-frontend');
    expect([first!.status, again!.status, again!.body]).toEqual([201, 201, first!.body]);
    expect(first!.headers).toMatchObject({ 'x-idempotency-key': 'once' });
    expect(again!.headers).toMatchObject({ 'x-idempotency-key': 'once', 'x-idempotency-cache-hit': 'true' });
    expect(await recorded(gateway)).toBe(1);
    expect(problems).toEqual([]);
    await gateway.close();
  });

  it('does not, before', async () => {
    const gateway = await startGateway();
    const { outcomes, problems } = await visit(gateway);
    expect(outcomes).toEqual(['refused', 'refused', 'refused']);
    expect(problems.filter((problem) => problem.includes('blocked by CORS policy'))).toHaveLength(3);
    expect(await recorded(gateway)).toBe(0);
    await gateway.close();
  });
});
