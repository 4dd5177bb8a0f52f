import { type Document, type IndexDescription, ObjectId } from 'mongodb';
import type { JsonValue } from '../base/json.js';
import type { Source } from '../model/source.js';
import { type SourceSystem, sourceSystems } from '../model/source-system.js';

/** Sealed secrets by name. The names are their system's own words, letters and digits only. */
export type SealedSecrets = Record<string, string>;

export interface SourceDocument {
  _id: ObjectId;
  workspaceId: ObjectId;
  system: SourceSystem;
  name: string;
  baseUrl: string;
  /** JSON text: the names of settings are data. */
  settings: string;
  secrets: SealedSecrets;
  isPaused: boolean;
  trustsEmails: boolean;
  writesThrough: boolean;
  acceptsUnsigned: boolean;
  allowsPrivateOrigin?: boolean;
  everyMs: number;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  /** Of a stub: what it brought stays, and its id is explained by system and name. */
  removedAt?: Date;
}

export const sourceCollection = 'sources';

export const sourceIndexes: IndexDescription[] = [
  { name: 'workspace', key: { workspaceId: 1, _id: 1 }, unique: true },
  {
    name: 'name',
    key: { workspaceId: 1, name: 1 },
    unique: true,
    // Stubs keep their names and hinder nobody.
    partialFilterExpression: { removedAt: { $eq: null } },
  },
  {
    name: 'writesThrough',
    key: { workspaceId: 1, system: 1 },
    unique: true,
    partialFilterExpression: { writesThrough: true },
  },
];

export const sourceSchema: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: [
      '_id',
      'workspaceId',
      'system',
      'name',
      'baseUrl',
      'settings',
      'secrets',
      'isPaused',
      'trustsEmails',
      'writesThrough',
      'acceptsUnsigned',
      'everyMs',
      'version',
      'createdAt',
      'updatedAt',
    ],
    additionalProperties: false,
    properties: {
      _id: { bsonType: 'objectId' },
      workspaceId: { bsonType: 'objectId' },
      system: { enum: [...sourceSystems] },
      name: { bsonType: 'string', minLength: 1, maxLength: 200 },
      baseUrl: { bsonType: 'string', minLength: 1, maxLength: 2000 },
      settings: { bsonType: 'string' },
      // What is no sealed text is never stored in its place.
      secrets: {
        bsonType: 'object',
        additionalProperties: { bsonType: 'string', pattern: '^s1\\.[0-9a-f]{8}\\.[A-Za-z0-9_-]+$' },
      },
      isPaused: { bsonType: 'bool' },
      trustsEmails: { bsonType: 'bool' },
      writesThrough: { bsonType: 'bool' },
      acceptsUnsigned: { bsonType: 'bool' },
      allowsPrivateOrigin: { bsonType: 'bool' },
      everyMs: { bsonType: ['int', 'long'], minimum: 1 },
      version: { bsonType: ['int', 'long'], minimum: 1 },
      createdAt: { bsonType: 'date' },
      updatedAt: { bsonType: 'date' },
      removedAt: { bsonType: 'date' },
    },
  },
};

/** All of it but the secrets, which only their sealing makes. */
export const toSourceDocument = (source: Source): Omit<SourceDocument, 'secrets'> => ({
  _id: new ObjectId(source.id),
  workspaceId: new ObjectId(source.workspaceId),
  system: source.system,
  name: source.name,
  baseUrl: source.baseUrl,
  settings: JSON.stringify(source.settings),
  isPaused: source.isPaused,
  trustsEmails: source.trustsEmails,
  writesThrough: source.writesThrough,
  acceptsUnsigned: source.acceptsUnsigned,
  allowsPrivateOrigin: source.allowsPrivateOrigin ?? false,
  everyMs: source.everyMs,
  version: source.version,
  createdAt: source.createdAt,
  updatedAt: source.updatedAt,
});

export const toSource = (document: SourceDocument): Source => ({
  id: document._id.toHexString(),
  workspaceId: document.workspaceId.toHexString(),
  system: document.system,
  name: document.name,
  baseUrl: document.baseUrl,
  settings: JSON.parse(document.settings) as { [name: string]: JsonValue },
  secretNames: Object.keys(document.secrets),
  isPaused: document.isPaused,
  trustsEmails: document.trustsEmails,
  writesThrough: document.writesThrough,
  acceptsUnsigned: document.acceptsUnsigned,
  allowsPrivateOrigin: document.allowsPrivateOrigin ?? false,
  everyMs: document.everyMs,
  version: document.version,
  createdAt: document.createdAt,
  updatedAt: document.updatedAt,
});
