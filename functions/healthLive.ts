import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';

/** `GET /health/live` */
export function healthLive(): Handlers<'healthLive'> {
  return { GET: async () => ok({ status: 'live' } as const) };
}
