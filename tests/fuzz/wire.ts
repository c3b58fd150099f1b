import { connect, type Socket } from 'node:net';
import type { RawRequest } from './rawRequest.ts';

/** What came back: nothing at all where the connection was closed. */
export type RawAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};
export type WireOutcome =
  | { readonly kind: 'answer'; readonly answer: RawAnswer }
  | { readonly kind: 'closed' }
  | { readonly kind: 'silent' };

/** A connection that is opened anew when it was closed; one request at a time. */
export type Wire = {
  send(request: RawRequest, isHead: boolean): Promise<WireOutcome>;
  end(): void;
};

/** Silence of so long is a hang, in milliseconds. */
const silenceMsMax = 15_000;

export function openWire(port: number): Wire {
  let kept: Socket | undefined;
  return {
    async send({ bytes, isWhole }, isHead) {
      // A request that is none may leave the connection in any state: it gets one of its own.
      const socket = isWhole && kept !== undefined && !kept.destroyed ? kept : connectTo(port);
      const outcome = await exchange(socket, bytes, isWhole, isHead);
      const mayGoOn =
        isWhole && outcome.kind === 'answer' && outcome.answer.headers['connection'] !== 'close';
      if (!mayGoOn) socket.resetAndDestroy();
      if (isWhole) kept = mayGoOn ? socket : undefined;
      return outcome;
    },
    end: () => kept?.resetAndDestroy(),
  };
}

function connectTo(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.setNoDelay(true);
  // What is wrong with a connection shows in that nothing comes of it.
  socket.on('error', () => undefined);
  return socket;
}

async function exchange(
  socket: Socket,
  bytes: Uint8Array,
  isWhole: boolean,
  isHead: boolean,
): Promise<WireOutcome> {
  const { promise, resolve } = Promise.withResolvers<WireOutcome>();
  let came = Buffer.of();
  const onData = (chunk: Buffer) => {
    came = Buffer.concat([came, chunk]);
    const answer = readAnswer(came, isHead);
    if (answer !== undefined) resolve({ kind: 'answer', answer });
  };
  const onClose = () => {
    const answer = readAnswer(came, true);
    resolve(answer === undefined ? { kind: 'closed' } : { kind: 'answer', answer });
  };
  const timer = setTimeout(() => resolve({ kind: 'silent' }), silenceMsMax);
  socket.on('data', onData).once('close', onClose).once('end', onClose);
  socket.write(bytes);
  if (!isWhole) socket.end();
  const outcome = await promise;
  clearTimeout(timer);
  socket.off('data', onData).off('close', onClose).off('end', onClose);
  return outcome;
}

/** An answer that has come whole; undefined while it has not. An interim one is passed over. */
function readAnswer(bytes: Buffer, isWithoutBody: boolean): RawAnswer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1]);
  const rest = bytes.subarray(headEnd + 4);
  if (status < 200) return readAnswer(rest, isWithoutBody);
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const hasNone = isWithoutBody || status === 204 || status === 304;
  const text = hasNone ? rest.toString() : bodyOf(rest, headers);
  return text === undefined ? undefined : { status, headers, text };
}

function bodyOf(
  rest: Buffer,
  headers: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (headers['transfer-encoding'] === 'chunked') return unchunked(rest);
  const length = headers['content-length'];
  if (length === undefined) return undefined;
  return rest.length >= Number(length) ? rest.toString('utf8', 0, Number(length)) : undefined;
}

function unchunked(bytes: Buffer): string | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (size === 0) return Buffer.concat(parts).toString();
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return undefined;
}
