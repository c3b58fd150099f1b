import { accept, type Result, refuse } from '../domain/result.ts';
import type { EdgeRefusal, HttpRequestLike } from './edge.ts';
import { isNestedDeeperThan } from './nesting.ts';

/** Far above what any body of the API needs. */
const depthMax = 32;
const mediaType = /^application\/json\s*(?:;\s*charset\s*=\s*(?:utf-8|"utf-8")\s*)?$/i;

export type JsonBody = { readonly text: string; readonly value: unknown };

/** Reads a JSON body of at most so many bytes: first what the headers say, then what came. */
export async function readBody(
  request: HttpRequestLike,
  bytesMax: number,
): Promise<Result<JsonBody, EdgeRefusal>> {
  const length = request.headers.get('content-length');
  if (length === null && request.headers.get('transfer-encoding') !== null) {
    const detail = 'Send the body with Content-Length, not chunked.';
    return refuse({ code: 'length_required', detail });
  }
  if (Number(length) > bytesMax) return refuse(tooLarge(bytesMax));
  if (!mediaType.test(request.headers.get('content-type') ?? '')) {
    const detail = 'Send the body as application/json in UTF-8.';
    return refuse({ code: 'unsupported_media_type', detail });
  }
  const bytes = new Uint8Array(await request.arrayBuffer());
  return bytes.length > bytesMax ? refuse(tooLarge(bytesMax)) : parseJson(bytes);
}

function tooLarge(bytesMax: number): EdgeRefusal {
  return { code: 'body_too_large', detail: `The body may have ${bytesMax} bytes at most.` };
}

function parseJson(bytes: Uint8Array): Result<JsonBody, EdgeRefusal> {
  if (bytes.length === 0) return refuse(malformed('The body is empty.'));
  if (isNestedDeeperThan(bytes, depthMax)) {
    return refuse(malformed(`The body is nested deeper than ${depthMax} levels.`));
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) return refuse(malformed('The body is not UTF-8.'));
  try {
    return accept({ text, value: JSON.parse(text) });
  } catch {
    return refuse(malformed('The body is not JSON.'));
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function malformed(detail: string): EdgeRefusal {
  return { code: 'malformed_json', detail };
}
