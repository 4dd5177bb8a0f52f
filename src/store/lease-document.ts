import type { Document } from 'mongodb';

/** Who may do a thing that only one process does at a time. */
export interface LeaseDocument {
  /** The name of the thing. */
  _id: string;
  holder: string;
  /** Grows with every new holder: work that carries an older number is late and must be refused. */
  fence: number;
  expiresAt: Date;
}

export const leaseCollection = 'leases';

export const leaseSchema: Document = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['_id', 'holder', 'fence', 'expiresAt'],
    additionalProperties: false,
    properties: {
      _id: { bsonType: 'string' },
      holder: { bsonType: 'string' },
      fence: { bsonType: ['int', 'long'] },
      expiresAt: { bsonType: 'date' },
    },
  },
};
