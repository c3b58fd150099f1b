import { Buffer } from 'node:buffer';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { EdgeRefusal, HttpRequestLike } from './edge.ts';
import { type Span, scanJson } from './scanJson.ts';

/** Far above what any body of the API needs. */
const jsonLimits = { depthMax: 32, fieldsMax: 100 } as const;
const lengthPattern = /^\d{1,15}$/;
const mediaType = /^application\/json\s*(?:;\s*charset\s*=\s*(?:utf-8|"utf-8")\s*)?$/i;
/** RFC 8259, section 6. */
const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** A list in a list: no field of the API is one. */
const takenByNone = Buffer.from('[[]]');

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
  if (length !== null && !lengthPattern.test(length)) {
    return refuse({ code: 'header_invalid', detail: 'Content-Length is one whole number.' });
  }
  if (Number(length) > bytesMax) return refuse(tooLarge(bytesMax));
  if (!mediaType.test(request.headers.get('content-type') ?? '')) {
    const detail = 'Send the body as application/json in UTF-8.';
    return refuse({ code: 'unsupported_media_type', detail });
  }
  const encoding = request.headers.get('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    const detail = 'Send the body as it is, without Content-Encoding.';
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
  const { fault, inexact } = scanJson(bytes, jsonLimits);
  if (fault !== undefined) return refuse(malformed(fault));
  const text = decodeUtf8(bytes);
  if (text === undefined) return refuse(malformed('The body is not UTF-8.'));
  try {
    return accept({ text, value: parse(bytes, text, inexact) });
  } catch {
    return refuse(malformed('The body is not JSON.'));
  }
}

/**
 * A number that would be rounded becomes what no field takes: so the field is refused by its name, and one
 * item never spoils the rest.
 */
function parse(bytes: Uint8Array, text: string, inexact: readonly Span[]): unknown {
  if (inexact.length === 0) return JSON.parse(text);
  const parts: Uint8Array[] = [];
  let done = 0;
  for (const { start, end } of inexact) {
    const number = bytes.subarray(start, end);
    const isNumber = numberPattern.test(Buffer.from(number).toString('latin1'));
    parts.push(bytes.subarray(done, start), isNumber ? takenByNone : number);
    done = end;
  }
  parts.push(bytes.subarray(done));
  return JSON.parse(Buffer.concat(parts).toString());
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    // A byte order mark is left in, and so no JSON: others may not read what stands behind it.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function malformed(detail: string): EdgeRefusal {
  return { code: 'malformed_json', detail };
}
