/** Who sends a request: roles of the token; undefined without one. */
export type FuzzCaller = {
  readonly roles: readonly string[] | undefined;
  readonly subject: string;
};

export type FuzzRequest = {
  readonly caller: FuzzCaller;
  readonly method: string;
  /** Below the prefix, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
};

const shownBytesMax = 4_000;

/** A request so that it can be read, and sent again. */
export function showRequest({ caller, method, path, headers, body }: FuzzRequest): string {
  const text = body === undefined ? undefined : Buffer.from(body).toString('utf8');
  const isText = body !== undefined && Buffer.from(text ?? '').equals(body);
  const shown = isText
    ? { body: text?.slice(0, shownBytesMax) }
    : { bodyBase64: body && Buffer.from(body).toString('base64').slice(0, shownBytesMax) };
  return JSON.stringify({ method, path, roles: caller.roles, headers, ...shown });
}
