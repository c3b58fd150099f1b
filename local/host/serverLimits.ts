import type { IncomingMessage, Server, ServerOptions } from 'node:http';
import { REQUEST_MS_MAX } from './httpRequestData.ts';

/** How long an idle connection is kept, as Kestrel does; a client's own limit is usually shorter. */
const KEEP_ALIVE_MS = 130_000;
/** How long the headers of a request may take, as Kestrel has it. */
const HEADERS_MS_MAX = 30_000;
/** How often connections are looked through for those that take longer. */
const CHECK_MS = 5_000;
/** Bytes of all headers and the line before them, as Kestrel has it. */
const HEADER_BYTES_MAX = 32_768;
const HEADERS_MAX = 100;
const TARGET_LENGTH_MAX = 8_192;
/** Connections at a time. What comes beyond is closed at once. */
const CONNECTIONS_MAX = 1_000;
/** Bytes of all bodies that are held at a time; the largest that a request may bring fits. */
export const BODIES_BYTES_MAX = 256 * 1024 * 1024;

/** Who opens connections and says little on them gets no further than this. */
export const serverOptions: ServerOptions = {
  keepAliveTimeout: KEEP_ALIVE_MS,
  headersTimeout: HEADERS_MS_MAX,
  requestTimeout: REQUEST_MS_MAX,
  connectionsCheckingInterval: CHECK_MS,
  maxHeaderSize: HEADER_BYTES_MAX,
};

/** Sets the limits that a server takes only once it is made. */
export function limitServer(server: Server): void {
  server.maxConnections = CONNECTIONS_MAX;
  // Node leaves out what is beyond: one more is let through, so that it is seen and refused.
  server.maxHeadersCount = HEADERS_MAX + 1;
}

/** The status for a request whose address or headers are too much; undefined for any other. */
export function statusOfExcess({ url = '', rawHeaders }: IncomingMessage): number | undefined {
  if (url.length > TARGET_LENGTH_MAX) return 414;
  return rawHeaders.length / 2 > HEADERS_MAX ? 431 : undefined;
}
