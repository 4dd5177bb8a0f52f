import type { NounState } from '../../model/noun-change.js';
import type { User } from '../../model/user.js';

export type UserState = NounState<User>;

export const stateOf = ({ workspaceId: _workspace, seq: _seq, ...state }: User): UserState => state;

export const vouchedOf = (vouched: NonNullable<User['vouched']>): Pick<User, 'vouched'> =>
  vouched.length === 0 ? {} : { vouched };
