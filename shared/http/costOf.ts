import { bodyBytesMax, type MethodSpec } from '../schemas/routeSpec.ts';
import type { HttpRequestLike } from './edge.ts';

/** What a request takes from what its caller may ask for, where its route says nothing of it. */
const costDefault = 1;
/** A body takes as much again for each of these: to read it is work, whoever may send it. */
const bytesPerCost = 256 * 1024;

/** What the work of a request takes from what its caller may ask for, without its body. */
export function costOf({ cost = costDefault }: MethodSpec): number {
  return cost;
}

/** What a request takes: of its body by what its headers say, which is refused later if it is not so. */
export function costWithBody(spec: MethodSpec, { headers }: HttpRequestLike): number {
  const { body, maxBodyBytes = bodyBytesMax } = spec;
  const bytes = body === undefined ? 0 : Number(headers.get('content-length') ?? 0);
  const ofBody = bytes > 0 ? Math.floor(Math.min(bytes, maxBodyBytes) / bytesPerCost) : 0;
  return costOf(spec) + ofBody;
}
