import { CodedError } from '../base/errors.js';

export const noCredential = (): CodedError =>
  new CodedError(
    'UNAUTHENTICATED',
    'No credential; send "Authorization: Bearer <API key or access token>" or "Basic tenant:secret"',
  );
