import { badInput } from '../../base/errors.js';
import type { Source, SourceDescription } from '../../model/source.js';
import type { Secrets } from '../../store/sources.js';
import { type ConnectSourceInput, checkChange, checkSecrets, defaultEverySeconds, requireSecrets } from './input.js';

/** What a source is unless somebody says otherwise. */
const unsaid = {
  secretNames: [],
  trustsEmails: false,
  writesThrough: false,
  acceptsUnsigned: false,
  everyMs: defaultEverySeconds * 1000,
};

type SaidOfSource = Omit<Source, 'id' | 'workspaceId' | 'version' | 'createdAt' | 'updatedAt'>;

/**
 * What a source is to be that an input describes, and its secrets.
 * @throws CodedError BAD_USER_INPUT naming the field.
 */
export function checkConnect(
  input: ConnectSourceInput,
  description: SourceDescription,
  allowedOrigins: readonly string[],
): { readonly said: SaidOfSource; readonly secrets: Secrets } {
  const { defaultBaseUrl, title } = description;
  const baseUrl = input.baseUrl ?? defaultBaseUrl;
  if (!baseUrl) throw badInput('input.baseUrl', `input.baseUrl is required: where the API of ${title} is`);
  const given = checkChange({ ...input, baseUrl, settings: input.settings ?? {} }, description, allowedOrigins);
  const secrets = checkSecrets(input.secrets, 'input.secrets', description);
  requireSecrets(Object.keys(secrets), description);
  const said: SaidOfSource = {
    ...unsaid,
    ...(given as Pick<Source, 'name' | 'baseUrl' | 'settings'>),
    system: input.system,
    isPaused: input.paused ?? false,
  };
  return { said, secrets };
}
