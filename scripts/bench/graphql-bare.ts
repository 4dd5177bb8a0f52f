import { createServer } from 'node:http';
import { type Document, ObjectId } from 'mongodb';
import type { Store } from '../../src/store/connect.js';
import type { BenchData } from './graphql-data.js';

type Bare = () => Promise<unknown>;

const order = { occurredAtMicros: -1, seq: -1 } as const;
const entryFields = { occurredAtMicros: 1, source: 1, action: 1, summary: 1 };

const shown = (entry: Document): Record<string, unknown> => ({
  id: entry._id.toHexString(),
  occurredAt: new Date(Number(entry.occurredAtMicros) / 1000).toISOString(),
  source: entry.source,
  action: entry.action,
  summary: entry.summary,
});

/** The limit of what can be: each operation written by hand with the driver, for one workspace and nobody in particular. */
function bareOperations({ db }: Store, data: BenchData): Record<string, Bare> {
  const workspaceId = new ObjectId(data.workspaceId);
  const logs = db.collection('activity_logs');
  const live = { workspaceId, kind: 'entry', removedAt: { $exists: false } };
  const page = async (where: Document, limit: number, fields: Document = entryFields): Promise<Document[]> =>
    logs.find({ ...live, ...where }, { sort: order, limit, batchSize: limit + 1, projection: fields }).toArray();
  const nodes = (list: unknown): unknown => ({ activityLogs: { nodes: list } });
  const usersOf = async (entries: readonly Document[]): Promise<Map<string, Document>> => {
    const identities = [...new Set(entries.map(({ actorKey }) => actorKey))];
    const found = await db
      .collection('users')
      .find({ workspaceId, identities: { $in: identities } })
      .toArray();
    return new Map(found.flatMap((one) => one.identities.map((key: string) => [key, one] as const)));
  };
  const userOf = (users: Map<string, Document>, entry: Document): unknown => {
    const { _id, name, email } = users.get(entry.actorKey)!;
    return { id: _id.toHexString(), name, email };
  };
  const [farMicros, farSeq] = data.farKey;
  return {
    tiny: async () => {
      const found = await db.collection<Document>('workspaces').findOne({ _id: workspaceId });
      return { viewer: { workspace: { key: found!.key } } };
    },
    '50 logs with users': async () => {
      const entries = await page({}, 50, { ...entryFields, actorKey: 1 });
      const users = await usersOf(entries);
      return nodes(entries.map((one) => ({ ...shown(one), user: userOf(users, one) })));
    },
    '50 logs with users and pathways': async () => {
      const entries = await page({}, 50, { ...entryFields, actorKey: 1, pathwayId: 1 });
      const ids = [...new Set(entries.map(({ pathwayId }) => pathwayId.toHexString()))].map((id) => new ObjectId(id));
      const [users, pathways] = await Promise.all([
        usersOf(entries),
        db
          .collection('pathways')
          .find({ workspaceId, _id: { $in: ids } })
          .toArray(),
      ]);
      const names = new Map(pathways.map(({ _id, name }) => [_id.toHexString(), name]));
      const pathwayOf = (id: string): unknown => ({ id, name: names.get(id) });
      return nodes(
        entries.map((one) => ({
          ...shown(one),
          user: userOf(users, one),
          pathway: pathwayOf(one.pathwayId.toHexString()),
        })),
      );
    },
    'page 1': async () => nodes((await page({}, 20)).map(shown)),
    'page 1,000': async () => {
      const after = [{ occurredAtMicros: { $lt: farMicros } }, { occurredAtMicros: farMicros, seq: { $lt: farSeq } }];
      return nodes((await page({ occurredAtMicros: { $lte: farMicros }, $or: after }, 20)).map(shown));
    },
    'filtered page': async () =>
      nodes((await page({ objectId: { $in: ['course-7'] }, action: { $in: ['action-7'] } }, 20)).map(shown)),
    count: async () => {
      const totalCount = await logs.countDocuments({ ...live, objectId: { $in: ['course-7'] } });
      return { activityLogs: { totalCount } };
    },
  };
}

/** `POST /<operation>`: nothing is parsed, checked or looked up but the data. @returns its address. */
export async function serveBare(store: Store, data: BenchData): Promise<string> {
  const operations = bareOperations(store, data);
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', async () => {
      const answer = JSON.stringify({ data: await operations[decodeURIComponent(request.url!.slice(1))]!() });
      response.setHeader('content-type', 'application/json; charset=utf-8');
      response.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}
