import type { User } from '../../model/user.js';
import { connectionType } from '../connection.js';
import { UserType } from './user.type.js';

export const UserConnection = connectionType<User>('User', UserType);
