import { ObjectId } from 'bson';

/** 24 hexadecimal digits, lower case: how every id travels above the store. */
export type Id = string;

const idPattern = /^[0-9a-fA-F]{24}$/;

export const newId = (): Id => new ObjectId().toHexString();
export const isId = (text: unknown): text is Id => typeof text === 'string' && idPattern.test(text);
