import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaText } from './schema-text.js';

writeFileSync(join(import.meta.dirname, '../schema/schema.graphql'), schemaText());
