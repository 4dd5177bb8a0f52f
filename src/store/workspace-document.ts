import type { Document, IndexDescription, ObjectId } from 'mongodb';
import type { Workspace } from '../model/workspace.js';

export interface WorkspaceDocument {
  _id: ObjectId;
  key: string;
  name: string;
  createdAt: Date;
}

export const workspaceCollection = 'workspaces';

export const workspaceIndexes: IndexDescription[] = [{ name: 'key', key: { key: 1 }, unique: true }];

export const workspaceSchema: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['_id', 'key', 'name', 'createdAt'],
    additionalProperties: false,
    properties: {
      _id: { bsonType: 'objectId' },
      key: { bsonType: 'string', pattern: '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$' },
      name: { bsonType: 'string', minLength: 1, maxLength: 200 },
      createdAt: { bsonType: 'date' },
    },
  },
};

export const toWorkspace = (document: WorkspaceDocument): Workspace => ({
  id: document._id.toHexString(),
  key: document.key,
  name: document.name,
  createdAt: document.createdAt,
});
