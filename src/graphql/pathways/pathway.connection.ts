import type { Pathway } from '../../model/pathway.js';
import { connectionType } from '../connection.js';
import { PathwayType } from './pathway.type.js';

export const PathwayConnection = connectionType<Pathway>('Pathway', PathwayType);
