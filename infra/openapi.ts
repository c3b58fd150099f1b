import { writeFile } from 'node:fs/promises';
import { openApiDocument } from '../shared/http/openapi.ts';

/** Writes the OpenAPI document of the API to where its readers look for it. */
const file = new URL('../docs/openapi.json', import.meta.url);
await writeFile(file, `${JSON.stringify(openApiDocument(), null, 2)}\n`);
console.log('Wrote docs/openapi.json');
