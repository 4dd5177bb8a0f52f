import { type IdentityKey, readIdentity } from '../../model/identity.js';
import type { User } from '../../model/user.js';
import type { Viewer } from '../../model/viewer.js';
import type { SourceReadingService } from '../../services/source-reading.js';
import { idOfUuid } from './uuid.js';

/** Of a number of ours, so many bits are of the counter in an id; above them is the second that the id was made in. */
const counterBits = 20;
/** No number of PostHog's own is as high: it counts its users. */
const firstSecond = 1_000_000_000;

/** PostHog's own number of a user; of one who has none there, one that is made from our id and leads back to it. */
export function numberOf({ id, identities }: Pick<User, 'id' | 'identities'>): number {
  const [ofPosthog] = identities.flatMap((key) => {
    const identity = readIdentity(key);
    const isNumber =
      identity && 'source' in identity && identity.source === 'POSTHOG' && /^\d{1,15}$/.test(identity.nativeId);
    return isNumber ? Number(identity.nativeId) : [];
  });
  return ofPosthog ?? Number.parseInt(id.slice(0, 8) + id.slice(-counterBits / 4), 16);
}

/** Everything under which entries name a user: by the number or the `uuid` that rows show of them, or by our id. */
export async function identitiesOfUser(
  reading: Pick<SourceReadingService, 'identitiesOf' | 'usersMadeAt'>,
  viewer: Viewer,
  user: string,
): Promise<IdentityKey[]> {
  const number = /^\d{1,16}$/.test(user) ? Number(user) : 0;
  const second = Math.floor(number / 2 ** counterBits);
  if (second < firstSecond || second >= 2 ** 32) {
    return reading.identitiesOf(viewer, { source: 'POSTHOG', userId: idOfUuid('usr', user) ?? user });
  }
  const users = await reading.usersMadeAt(viewer, second);
  return users.filter((one) => numberOf(one) === number).flatMap(({ identities }) => identities);
}
