import { createHash } from 'node:crypto';
import { newId } from '../../base/ids.js';
import type { Credential } from '../../model/credential.js';
import type { ControlDraft } from '../../model/log-record.js';
import type { CredentialRecord } from '../../store/credential-document.js';

/** What may leave a service: the credential without what recognises its secret. */
export function withoutSecret({ secret: _secret, ...credential }: CredentialRecord): Credential {
  return credential;
}

/** The note of a change in the log. Made again for the same change it is recognised as the same. */
export function credentialChange(credential: Credential, change: 'created' | 'revoked'): ControlDraft {
  const { id, kind, name, clientId, scopes, userId, expiresAt } = credential;
  const payload = JSON.stringify({ kind, name, clientId, scopes, userId, expiresAt });
  const nativeKey = `credential:${id}:${change}`;
  return {
    kind: 'control',
    id: newId(),
    nativeKey,
    contentHash: createHash('sha256').update(nativeKey).digest('hex'),
    control: { noun: 'credential', change, subjectId: id, payload },
  };
}
