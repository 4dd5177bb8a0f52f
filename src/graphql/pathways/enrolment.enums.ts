import type { EnrolOutcome } from '../../model/enrolment-input.js';
import { enumOf } from '../enums.js';

export const EnrolOutcomeEnum = enumOf<EnrolOutcome>('EnrolOutcome', 'What became of enrolling somebody.', {
  ENROLLED: 'They are on the pathway now.',
  CHANGED: 'They were on it; their groups are those that were given now.',
  UNCHANGED: 'They were on it, just so.',
});
