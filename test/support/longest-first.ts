import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes long, by what a whole run says of it; what is not named takes some seconds at most. */
const longest = [
  'demo/demo.test.ts',
  'services/counting.test.ts',
  'auth/admin.test.ts',
  'sources/suite/suite-reading.test.ts',
  'gateway/plans.test.ts',
  'sources/new-source.test.ts',
  'faults/engine.test.ts',
  'faults/load.test.ts',
  'projections/stored-progress.test.ts',
  'projections/notifications/at-random.test.ts',
  'demo/outage.test.ts',
  'live/chaos.test.ts',
  'log/chaos.test.ts',
  'contract/permissions.test.ts',
  'engine/engine.test.ts',
  'fuzz/fuzz.test.ts',
  'exports/import.test.ts',
  'sources/falkor/kills.test.ts',
  'live/model.test.ts',
  'log/model.test.ts',
  'pages/live.test.ts',
  'pages/graphiql.test.ts',
];

/** Starts what takes longest first, so that at the end no worker is left alone with it. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const index = longest.indexOf(relative('test', moduleId));
      return index < 0 ? longest.length : index;
    };
    return (await super.sort(files)).sort((one, next) => rank(one) - rank(next));
  }
}
