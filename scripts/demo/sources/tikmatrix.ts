import type { ActionClass } from '../../../src/model/activity-log.js';
import { identityIn } from '../people.js';
import { type DemoEntry, type Scene, sourceEntry } from './scene.js';

interface Account {
  readonly platform: 'tiktok' | 'instagram';
  readonly serial: string;
  readonly username: string;
}

const account = (platform: Account['platform'], serial: string, username: string): Account => ({
  platform,
  serial,
  username,
});

/** Accounts on the phones of the social media team. They belong to no one person. */
const accounts: readonly Account[] = [
  account('tiktok', 'R58N30ABCDE', 'demo.store.za'),
  account('tiktok', 'R58N30ABCDF', 'demo.store.it'),
  account('tiktok', 'R5CT21XKQPL', 'greenwarehouse'),
  account('tiktok', '9A231FFAZ006', 'demo.jobs'),
  account('instagram', 'R58N30ABCDE', 'demostore.capetown'),
  account('instagram', '9A231FFAZ006', 'demostore.torino'),
  account('instagram', 'ZY22G7HM4K', 'green.warehouse'),
];

const details = {
  follow: ['Followed @localroasters', 'Followed @cycling.daily', 'Followed @zero.waste.home', 'Followed @cityfoodbank'],
  comment: ['Commented "Love this!" on a video', 'Commented "See you on Saturday" on a post', 'Replied to a question'],
  post: ['Published video successfully', 'Published 4 photos', 'Published reel: a day in the warehouse'],
  account_warmup: ['Watched 12 videos', 'Scrolled the feed for 8 minutes'],
} as const;

const classes: Readonly<Record<keyof typeof details, ActionClass>> = {
  follow: 'SOCIAL',
  comment: 'SOCIAL',
  post: 'CREATED',
  account_warmup: 'OTHER',
};

/** A phone did something in an account's name. */
export function tikmatrixEntry({ chance, atMs, number }: Scene): DemoEntry {
  const timestamp = Math.floor(atMs / 1000);
  const type = chance.weighted({ follow: 45, comment: 28, post: 15, account_warmup: 12 });
  const { platform, serial, username } = chance.pick(accounts);
  const row = {
    id: number,
    platform,
    serial,
    action_type: type,
    action_detail: chance.pick<string>(details[type]),
    username,
    timestamp,
  };
  return sourceEntry('TIKMATRIX', row, {
    // Its counter may begin again, so a row is known by its time as well.
    nativeKey: `${number}:${timestamp}`,
    nativeId: String(number),
    atMs: timestamp * 1000,
    action: type,
    actionClass: classes[type],
    actor: { kind: 'DEVICE_ACCOUNT', key: identityIn('TIKMATRIX', username), username },
    object: { type: 'device', id: serial },
    platform,
    serial,
    summary: row.action_detail,
  });
}
