import type { TestGateway } from '../support/gateway.js';

const people = [
  { name: 'Dana Demo', email: 'dana@example.com' },
  { name: 'Élodie Yılmaz', email: 'elodie@example.com' },
  { name: 'Amara Okafor', email: 'amara@example.com' },
];

/** A few people, and a day of theirs, through the door that anybody uses. */
export async function addSmallDemo(gateway: TestGateway): Promise<void> {
  await gateway.data('mutation ($inputs: [CreateUserInput!]!) { createUsers(inputs: $inputs) { cursor } }', {
    inputs: people,
  });
  const day = Date.parse('2026-03-18T08:00:00Z');
  await gateway.data(
    'mutation ($inputs: [CreateActivityLogInput!]!) { createActivityLogs(inputs: $inputs) { cursor } }',
    {
      inputs: Array.from({ length: 24 }, (_, lesson) => ({
        action: 'completed',
        occurredAt: new Date(day + lesson * 1_800_000).toISOString(),
        userEmail: people[lesson % people.length]!.email,
        summary: `Finished lesson ${lesson + 1} of Cycling to work`,
        object: { type: 'course', id: '7', name: 'Cycling to work' },
        progress: { percent: (lesson + 1) * 4 },
      })),
    },
  );
}
