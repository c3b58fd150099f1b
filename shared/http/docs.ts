import { readFile } from 'node:fs/promises';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { RawAnswer } from '../schemas/input.ts';
import { initializer, page, pagePolicy } from './docsPage.ts';
import type { EdgeRefusal } from './edge.ts';
import { swaggerUiFolder } from './swaggerUiFolder.ts';

/** The files of Swagger UI that the page needs, and their types. The build copies the same. */
export const swaggerUiFiles = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const satisfies Record<string, string>;

const assetCache = 'public, max-age=604800';
const kept = new Map<string, Promise<Uint8Array>>();

/** The page to read and try the API, or a file of it. Nothing on it asks another server. */
export async function docsFile(file: string | undefined): Promise<Result<RawAnswer, EdgeRefusal>> {
  if (file === undefined) return accept(text(page, 'text/html', pagePolicy));
  if (file === 'initializer.js') return accept(text(initializer, 'text/javascript', {}));
  if (!isSwaggerUiFile(file)) {
    return refuse({
      code: 'page_not_found',
      detail: `There is no ${file}. The page is /api/docs.`,
    });
  }
  const headers = { 'content-type': swaggerUiFiles[file], 'cache-control': assetCache };
  return accept({ status: 200, raw: await load(file), headers });
}

function text(raw: string, type: string, headers: Readonly<Record<string, string>>): RawAnswer {
  return { status: 200, raw, headers: { 'content-type': `${type}; charset=utf-8`, ...headers } };
}

function isSwaggerUiFile(file: string): file is keyof typeof swaggerUiFiles {
  return Object.hasOwn(swaggerUiFiles, file);
}

/** Read once and kept; a failure is not. */
function load(file: keyof typeof swaggerUiFiles): Promise<Uint8Array> {
  const known = kept.get(file);
  if (known !== undefined) return known;
  const loading = readFile(new URL(file, swaggerUiFolder()));
  kept.set(file, loading);
  loading.catch(() => kept.delete(file));
  return loading;
}
