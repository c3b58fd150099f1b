import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Where the files of Swagger UI lie: in its package. The bundle has its own copy and its own folder. */
export function swaggerUiFolder(): URL {
  const manifest = createRequire(import.meta.url).resolve('swagger-ui-dist/package.json');
  return new URL('./', pathToFileURL(manifest));
}
