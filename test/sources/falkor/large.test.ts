import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Id } from '../../../src/base/ids.js';
import { allFolded } from '../../support/folds.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { viewerOf } from '../../support/services.js';

const count = 1_200;
const names = ['First', 'Second', 'Third'];
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  const { users, activities, pathways, enrolments, activityLogs } = gateway.gateway.services;
  const viewer = viewerOf(gateway.home.id);
  const userIds: Id[] = [];
  for (let from = 0; from < count; from += 600) {
    const inputs = Array.from({ length: 600 }, (_, n) => ({
      name: `Person ${from + n}`,
      email: `p${from + n}@example.com`,
    }));
    const { results } = await users.createMany(viewer, inputs);
    userIds.push(...results.map(({ node }) => node!.id));
  }
  const made = await activities.createMany(
    viewer,
    names.map((name) => ({ key: name, name })),
  );
  const activityIds = made.results.map(({ node }) => node!.id);
  const { node } = await pathways.create(viewer, {
    key: 'large',
    name: 'Large',
    activities: activityIds.map((activityId) => ({ activityId })),
  });
  for (let from = 0; from < count; from += 600) {
    const some = userIds.slice(from, from + 600).map((userId) => ({ userId, groups: ['G'] }));
    await enrolments.enrol(viewer, { pathwayId: node.id, users: some });
  }
  const inputs = userIds.slice(0, 700).map((userId) => ({ action: 'completed', userId, activityId: activityIds[1]! }));
  await activityLogs.createMany(viewer, inputs);
  await allFolded(gateway, gateway.home.id);
}, 300_000);
afterAll(() => gateway.close());

const open = async () => {
  const headers = { authorization: gateway.people.admin! };
  const asked = request(`${gateway.url}/v1/logs/pathway-logs`, { method: 'POST', headers });
  asked.end('{"pathway":"large"}');
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return response;
};

describe("Falkor's façade, of a large pathway", () => {
  it('answers in parts, and its numbers, people and hash are right', async () => {
    const response = await open();
    expect([response.statusCode, response.headers['transfer-encoding']]).toEqual([200, 'chunked']);
    let text = '';
    for await (const part of response.setEncoding('utf8')) text += part;
    const { data, hash } = JSON.parse(text);
    const [{ activities }] = data;
    expect(activities.map(({ stats }: { stats: object }) => stats)).toEqual([
      { total: count, completed: 0 },
      { total: count, completed: 700 },
      { total: count, completed: 0 },
    ]);
    for (const { logs } of activities) {
      expect(new Set(logs.map(({ email }: { email: string }) => email)).size).toBe(count);
    }
    const completed = activities[1].logs.filter(({ status }: { status: { complete: boolean } }) => status.complete);
    expect(completed).toHaveLength(700);
    const end = text.lastIndexOf(',"hash":"');
    expect(createHash('md5').update(text.slice('{"status":"success","data":'.length, end)).digest('hex')).toBe(hash);
  });

  it('asks the store no more for people whom it knows from the activity before', async () => {
    const commands = await gateway.commandsOf(async () => {
      for await (const _part of await open());
    });
    const counted = (name: string) => commands.filter((command) => command === name).length;
    // Of each activity three slices; of people three in all; of entries two of the one activity that has any.
    expect([counted('find pathway_progress'), counted('find users'), counted('find activity_logs')]).toEqual([9, 3, 2]);
  });
});
