import { accept } from '../shared/domain/result.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { openApiAnswer } from '../shared/http/openapiAnswer.ts';

/** `GET /openapi.json` */
export function openapi(): Handlers<'openapi'> {
  return { GET: async () => accept(await openApiAnswer()) };
}
