import type { MethodSpec } from '../schemas/routeSpec.ts';
import type { EdgeDeps, HttpAnswer } from './edge.ts';
import { tagsOf } from './etag.ts';

/** 128 bits of a hash: no two contents meet by chance. */
const hashLength = 32;

/**
 * Gives an answer the strong tag of what it says: the hash of its content, byte by byte, after the
 * version of the state where a handler named one. If-None-Match compares the whole of it, If-Match
 * the version alone: sums that stand beside the settings of a thing move without a change of it.
 */
export function withContentTag(
  answer: HttpAnswer,
  isShown: boolean,
  sha256: EdgeDeps['sha256'],
): HttpAnswer {
  const { status, headers, body = '' } = answer;
  const version = headers['etag']?.slice(1, -1);
  if (status >= 300 || (version === undefined && !isShown)) return answer;
  const hash = sha256(body).slice(0, hashLength);
  const etag = version === undefined ? `"${hash}"` : `"${version}.${hash}"`;
  return { ...answer, headers: { ...headers, etag } };
}

/** The version that a tag of ours names; of another the whole of it, which is no version of anything. */
export function versionOfTag(tag: string): string {
  const dot = tag.lastIndexOf('.');
  return dot === -1 ? tag : tag.slice(0, dot);
}

/** Does a 200 to this method show a document? The state of health is asked for as it is now. */
export function showsContent(method: string, { access }: MethodSpec): boolean {
  return method === 'GET' && !(access.kind === 'public' && access.of === 'health');
}

/** 304 without a body where the asker has this very content already, by If-None-Match. */
export function unlessKnown(answer: HttpAnswer, ifNoneMatch: string | null): HttpAnswer {
  const { status, headers } = answer;
  const etag = headers['etag'];
  if (status !== 200 || etag === undefined || ifNoneMatch === null) return answer;
  const isKnown = ifNoneMatch.trim() === '*' || tagsOf(ifNoneMatch)?.includes(etag);
  if (!isKnown) return answer;
  const { 'content-type': _, ...kept } = headers;
  return { status: 304, headers: kept };
}
