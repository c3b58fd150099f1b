import { docsFile } from '../shared/http/docs.ts';
import type { Handlers } from '../shared/http/edge.ts';

/** `GET /docs` and the files of the page. */
export function docs(): Handlers<'docs'> {
  return { GET: ({ params }) => docsFile(params.file) };
}
