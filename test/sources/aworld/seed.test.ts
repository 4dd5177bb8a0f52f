import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { openTestStore } from '../../support/store.js';
import { entriesOf, openFacade, openWorkspace } from './support.js';

const store = await openTestStore();
const facade = await openFacade(store);
afterAll(() => facade.close());

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/aworld/${name}`, import.meta.url), 'utf8');
const documented = fixture('create-activity-log.sh');
const body = /--data-raw '([^']*)'/.exec(documented)![1]!;

async function shell(line: string): Promise<string> {
  const child = spawn('sh', ['-c', line], { stdio: ['ignore', 'pipe', 'ignore'] });
  return text(child.stdout);
}

describe("the documentation's own request", () => {
  it('works with only its host and its token replaced, and its id can be used once', async () => {
    const { workspace, key } = await openWorkspace(store);
    const { authorization } = await key(['activity_log:write']);
    const line = documented
      .replace('https://api.eu-west-1.aworld.cloud', facade.url)
      .replace('Bearer <token>', authorization)
      .replace('curl ', 'curl --silent --write-out "\\n%{http_code}" ');
    const first = await shell(line);
    const [json, status] = first.split('\n');
    expect(status).toBe('201');
    const answer = JSON.parse(json!);
    expect(answer).toMatchObject(JSON.parse(body));
    const shape = JSON.parse(fixture('created.json')) as Record<string, unknown>;
    for (const [field, example] of Object.entries(shape)) {
      // Only a definition of AWorld's own catalogue has this one.
      if (field === 'activityCatalogId') continue;
      expect(typeof answer[field], field).toBe(typeof example);
    }
    const second = (await shell(line)).split('\n');
    expect(second[1]).toBe('409');
    expect(JSON.parse(second[0]!)).toMatchObject({ code: 'resource/already_exists', status: 409 });
    const entries = await entriesOf(store, workspace.id);
    expect(entries).toMatchObject([{ native: body, nativeId: 'string' }]);
  });

  it('has an empty idempotency key, which counts as none', async () => {
    const { workspace, key } = await openWorkspace(store);
    const { authorization } = await key(['activity_log:write']);
    const { hostname, port } = new URL(facade.url);
    const send = (content: string): Promise<string> => {
      const socket = connect(Number(port), hostname);
      socket.write(
        `POST /app/v1/activity-logs HTTP/1.1\r\nHost: ${hostname}\r\nx-idempotency-key:\r\nAuthorization: ${authorization}\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${content.length}\r\nConnection: close\r\n\r\n${content}`,
      );
      return text(socket);
    };
    for (const userId of ['one', 'two']) {
      const answer = await send(`{"activityId":"a","userId":"${userId}"}`);
      expect(answer).toMatch(/^HTTP\/1.1 201 /);
      expect(answer).not.toMatch(/x-idempotency/i);
    }
    expect(await entriesOf(store, workspace.id)).toHaveLength(2);
  });
});
