import { Binary, type Document, type IndexDescription, ObjectId } from 'mongodb';
import type { Credential, CredentialKind } from '../model/credential.js';
import type { Scope } from '../model/scopes.js';

/** What is kept of a secret: enough to recognise it, not to know it. Hashes and salts are base64. */
export type StoredSecret =
  /** For secrets that we made: too many random bits to be guessed, so a fast hash is enough and can be looked up by. */
  | { readonly algorithm: 'sha256'; readonly hash: string }
  /** For secrets that a person chose. `cost`, `blockSize`, `parallel` are scrypt's N, r, p. */
  | {
      readonly algorithm: 'scrypt';
      readonly hash: string;
      readonly salt: string;
      readonly cost: number;
      readonly blockSize: number;
      readonly parallel: number;
    };

/** A credential with what recognises its secret. Stays between store and auth; what leaves a service is a Credential. */
export interface CredentialRecord extends Credential {
  readonly secret: StoredSecret;
}

export interface CredentialDocument {
  _id: ObjectId;
  workspaceId: ObjectId;
  kind: CredentialKind;
  name: string;
  clientId?: string;
  scopes: string[];
  userId?: ObjectId;
  version: number;
  /** Of a secret that we made. */
  secretHash?: Binary;
  /** Of a secret that a person chose. */
  slowSecret?: { hash: Binary; salt: Binary; cost: number; blockSize: number; parallel: number };
  createdAt: Date;
  expiresAt?: Date;
  revokedAt?: Date;
}

export const credentialCollection = 'credentials';

export const credentialIndexes: IndexDescription[] = [
  { name: 'workspace', key: { workspaceId: 1, _id: 1 }, unique: true },
  {
    name: 'clientId',
    key: { workspaceId: 1, clientId: 1 },
    unique: true,
    partialFilterExpression: { clientId: { $exists: true } },
  },
  // Not unique: a sharded cluster could not promise it, and 192 random bits do not meet by chance.
  { name: 'secretHash', key: { secretHash: 1 }, partialFilterExpression: { secretHash: { $exists: true } } },
  { name: 'slowSecret', key: { kind: 1, _id: 1 }, partialFilterExpression: { slowSecret: { $exists: true } } },
];

export const credentialSchema: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['_id', 'workspaceId', 'kind', 'name', 'scopes', 'version', 'createdAt'],
    additionalProperties: false,
    properties: {
      _id: { bsonType: 'objectId' },
      workspaceId: { bsonType: 'objectId' },
      kind: { enum: ['API_KEY', 'CLIENT', 'BASIC'] },
      name: { bsonType: 'string', minLength: 1, maxLength: 200 },
      clientId: { bsonType: 'string', minLength: 1, maxLength: 100 },
      scopes: { bsonType: 'array', items: { bsonType: 'string' } },
      userId: { bsonType: 'objectId' },
      version: { bsonType: ['int', 'long'], minimum: 1 },
      secretHash: { bsonType: 'binData' },
      slowSecret: {
        bsonType: 'object',
        required: ['hash', 'salt', 'cost', 'blockSize', 'parallel'],
        additionalProperties: false,
        properties: {
          hash: { bsonType: 'binData' },
          salt: { bsonType: 'binData' },
          cost: { bsonType: 'int' },
          blockSize: { bsonType: 'int' },
          parallel: { bsonType: 'int' },
        },
      },
      createdAt: { bsonType: 'date' },
      expiresAt: { bsonType: 'date' },
      revokedAt: { bsonType: 'date' },
    },
    oneOf: [{ required: ['secretHash'] }, { required: ['slowSecret'] }],
  },
};

export const binaryOf = (base64: string): Binary => new Binary(Buffer.from(base64, 'base64'));
const base64Of = (binary: Binary): string => Buffer.from(binary.buffer).toString('base64');

/** The fields that a stored secret lies in: exactly one of the two is present. */
export function secretFields(secret: StoredSecret): Pick<CredentialDocument, 'secretHash' | 'slowSecret'> {
  if (secret.algorithm === 'sha256') return { secretHash: binaryOf(secret.hash) };
  const { cost, blockSize, parallel } = secret;
  return { slowSecret: { hash: binaryOf(secret.hash), salt: binaryOf(secret.salt), cost, blockSize, parallel } };
}

function toSecret(document: CredentialDocument): StoredSecret {
  const slow = document.slowSecret;
  if (!slow) return { algorithm: 'sha256', hash: base64Of(document.secretHash!) };
  const { cost, blockSize, parallel } = slow;
  return { algorithm: 'scrypt', hash: base64Of(slow.hash), salt: base64Of(slow.salt), cost, blockSize, parallel };
}

export const toCredentialDocument = (record: CredentialRecord): CredentialDocument => ({
  _id: new ObjectId(record.id),
  workspaceId: new ObjectId(record.workspaceId),
  kind: record.kind,
  name: record.name,
  clientId: record.clientId,
  scopes: [...record.scopes],
  userId: record.userId === undefined ? undefined : new ObjectId(record.userId),
  version: record.version,
  ...secretFields(record.secret),
  createdAt: record.createdAt,
  expiresAt: record.expiresAt,
  revokedAt: record.revokedAt,
});

export const toCredentialRecord = (document: CredentialDocument): CredentialRecord => ({
  id: document._id.toHexString(),
  workspaceId: document.workspaceId.toHexString(),
  kind: document.kind,
  name: document.name,
  clientId: document.clientId,
  scopes: document.scopes as Scope[],
  userId: document.userId?.toHexString(),
  version: document.version,
  secret: toSecret(document),
  createdAt: document.createdAt,
  expiresAt: document.expiresAt,
  revokedAt: document.revokedAt,
});
