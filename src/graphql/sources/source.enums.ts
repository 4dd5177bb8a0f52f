import type { SourceAbility, SourceStatus, UpstreamFaultKind } from '../../model/source.js';
import { enumOf } from '../enums.js';

export const SourceStatusEnum = enumOf<SourceStatus>('SourceStatus', 'How the reading of a source stands.', {
  NEW: 'Nothing was read of it yet.',
  BACKFILLING: 'Its past is being read; `backfill` says how far that has come.',
  CURRENT: 'Whatever it had a moment ago is in the log.',
  BEHIND: 'It was not read for longer than it should be; `lag` says how long.',
  FAILING: 'It cannot be read; `fault` says why, and `nextAttemptAt` whether that is tried again by itself.',
  PAUSED: 'Somebody paused it.',
});

export const SourceFaultKindEnum = enumOf<UpstreamFaultKind>(
  'SourceFaultKind',
  'Why a source cannot be read, and so whether it is tried again by itself.',
  {
    UNREACHABLE: 'Nobody answers, the answer breaks off, or the system has a fault of its own. It is tried again.',
    RATE_LIMITED: 'The system asks for patience. It is tried again when that has passed.',
    MALFORMED: 'The answer is not what the system documents, e.g. the page of a proxy. It is tried again.',
    STORE: 'Our own store could not take what was read. It is tried again.',
    REFUSED: 'The system does not accept the credential, or what was asked. Replace the secret or change the settings.',
    BLOCKED: 'Calls may not go to its address. The administrator can allow its origin.',
    MISCONFIGURED: 'Its settings or secrets do not suffice. Change them.',
  },
);

export const SourceAbilityEnum = enumOf<SourceAbility>('SourceAbility', 'What can be done with a system.', {
  PULL: 'It is read, again and again.',
  RECEIVE: 'It sends by itself, to the `deliveryUrl` of the source.',
  WRITE: 'What is created here in its name can be created there, too.',
  DELETE: 'What is removed here can be removed there, too.',
});
