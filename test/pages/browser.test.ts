import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from '../support/browser.js';

let browser: TestBrowser;

beforeAll(async () => {
  browser = await openBrowser();
}, 60_000);
afterAll(async () => {
  await browser?.close();
});

it('lets nothing out of the machine, and writes down what tried', async () => {
  const { page } = await browser.newPage();
  await page.setContent('<h1>Elsewhere</h1>');
  const reached = await page.evaluate(async () => {
    const outcome = (target: EventTarget, good: string): Promise<string> =>
      new Promise((resolve) => {
        target.addEventListener(good, () => resolve('reached'));
        target.addEventListener('error', () => resolve('refused'));
      });
    const image = new Image();
    const answers = [
      fetch('https://cdn.example/editor.js').then(
        () => 'reached',
        () => 'refused',
      ),
      outcome(image, 'load'),
      outcome(new WebSocket('wss://192.0.2.7/live'), 'open'),
    ];
    image.src = 'http://pictures.example/a.png';
    return Promise.all(answers);
  });
  expect(reached).toEqual(['refused', 'refused', 'refused']);
  expect([...browser.escapes].sort()).toEqual([
    'CONNECT 192.0.2.7:443',
    'CONNECT cdn.example:443',
    'GET http://pictures.example/a.png',
  ]);
});
