import { progressFold } from '../../model/standing.js';
import type { Viewer } from '../../model/viewer.js';
import type { ProgressChange } from '../../services/pathway-progress/follow.js';
import { progressView } from '../../services/pathway-progress/views.js';
import type { FoldRecord, Followed, LiveTopic } from '../live/topic.js';
import type { Services } from '../services.js';
import type { PathwayProgressEvent } from './pathway-progressed.event.js';

/** `pathwayProgressed` follows the standings of one pathway. */
export class PathwayProgressedTopic implements LiveTopic {
  readonly field = 'pathwayProgressed';
  readonly fold = progressFold;
  readonly isOwn = false;

  constructor(private readonly services: Pick<Services, 'pathwayProgress'>) {}

  async follow(viewer: Viewer, { pathwayId }: Readonly<Record<string, unknown>>): Promise<Followed> {
    const followed = await this.services.pathwayProgress.follow(viewer, String(pathwayId));
    return {
      key: followed.key,
      changedAfter: async (generation, after, limit) =>
        (await followed.changedAfter(generation, after, limit)).map(toRecord),
    };
  }
}

const toRecord = (change: ProgressChange): FoldRecord => ({
  seq: change.place,
  about: change.userId,
  eventAt: (cursor) => toEvent(change, cursor),
});

const toEvent = ({ userId, standing, statisticsAt }: ProgressChange, cursor: string): PathwayProgressEvent => ({
  cursor,
  type: standing ? 'CHANGED' : 'LEFT',
  userId,
  ...(standing && { progress: progressView(standing, cursor) }),
  ...(statisticsAt && { statistics: statisticsAt(cursor) }),
});
