import { badInput } from '../../base/errors.js';
import { type EnrolUserInput, enrolmentLimits } from '../../model/enrolment-input.js';
import { emailIdentity, userIdentity } from '../../model/identity.js';
import { checkEmail, checkExactlyOne, checkId, checkRequiredText } from '../input/checks.js';
import type { Newcomer } from './roster.js';

/** @throws CodedError BAD_USER_INPUT naming the field below `field`. */
export function checkNewcomer(input: EnrolUserInput, field: string): Newcomer {
  checkExactlyOne({ [`${field}.userId`]: input.userId, [`${field}.userEmail`]: input.userEmail });
  const groups = checkGroups(input.groups, `${field}.groups`);
  const userId = checkId(input.userId, `${field}.userId`);
  if (userId !== undefined) return { key: userIdentity(userId), groups, field: `${field}.userId` };
  const email = checkEmail(input.userEmail, `${field}.userEmail`, enrolmentLimits.email)!;
  return { key: emailIdentity(email), groups, field: `${field}.userEmail` };
}

/** In their order, each once. */
function checkGroups(groups: readonly string[] | null | undefined, field: string): string[] | undefined {
  if (!groups) return undefined;
  if (groups.length > enrolmentLimits.groups) {
    throw badInput(field, `${field} must hold at most ${enrolmentLimits.groups} groups`);
  }
  const checked = groups.map((group, index) => checkRequiredText(group, `${field}[${index}]`, enrolmentLimits.group));
  return [...new Set(checked.map((group) => group.trim()))];
}
