import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { trustedDocumentsText } from './trusted-documents.js';

writeFileSync(join(import.meta.dirname, '../schema/trusted-documents.json'), trustedDocumentsText());
