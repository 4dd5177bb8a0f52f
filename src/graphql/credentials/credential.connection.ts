import type { Credential } from '../../model/credential.js';
import { connectionType } from '../connection.js';
import { CredentialType } from './credential.type.js';

export const CredentialConnection = connectionType<Credential>('Credential', CredentialType);
