/** 200 with a body, and with the tag of its state where it has one. */
export function ok<Body>(body: Body, etag?: string) {
  return { ok: true, value: { status: 200, body, headers: tag(etag) } } as const;
}

/** 201 with what was made, where it is now, and the tag of its state. */
export function created<Body>(body: Body, collectionUrl: string, id: string, etag: string) {
  const headers = madeAt(collectionUrl, id, etag);
  return { ok: true, value: { status: 201, body, headers } } as const;
}

/** 202 with what is agreed on and will come, where it is now, and the tag of its state. */
export function accepted<Body>(body: Body, collectionUrl: string, id: string, etag: string) {
  const headers = madeAt(collectionUrl, id, etag);
  return { ok: true, value: { status: 202, body, headers } } as const;
}

/** 200 with a body as it is, which nobody but its reader keeps. */
export function rawOk(
  raw: string | Uint8Array,
  contentType: string,
  more: Readonly<Record<string, string>> = {},
) {
  const headers = { 'content-type': contentType, 'cache-control': 'no-store', ...more };
  return { ok: true, value: { status: 200, raw, headers } } as const;
}

function madeAt(collectionUrl: string, id: string, etag: string) {
  return { ...tag(etag), location: `${new URL(collectionUrl).pathname}/${id}` };
}

function tag(etag: string | undefined): Readonly<Record<string, string>> {
  return etag === undefined ? {} : { etag: `"${etag}"` };
}
