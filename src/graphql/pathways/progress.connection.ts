import type { PathwayProgressView } from '../../services/pathway-progress/views.js';
import { connectionType } from '../connection.js';
import { PathwayProgressType } from './progress.type.js';

export const PathwayProgressConnection = connectionType<PathwayProgressView>('PathwayProgress', PathwayProgressType);
