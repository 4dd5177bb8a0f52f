import type { Enrolment } from '../../model/enrolment.js';
import { connectionType } from '../connection.js';
import { EnrolmentType } from './enrolment.type.js';

export const EnrolmentConnection = connectionType<Enrolment>('Enrolment', EnrolmentType);
