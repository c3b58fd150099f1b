import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpServer } from '@vercel/cosmosdb-server';

/** A server of Cosmos DB's protocol in this process. It stands for the service's protocol, not for the service. */
export type CosmosFixture = { readonly endpoint: string; close(): Promise<void> };

/** Starts a server with nothing in it. */
export async function startCosmosFixture(): Promise<CosmosFixture> {
  const server: Server = createHttpServer({ keepAlive: true });
  server.prependListener('request', asTheServiceWould);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}/`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/**
 * Its etags have no quotes, so that it takes one with quotes for another. A point read of what is
 * not there is a failure of its own, unless it is told not to compare the partition key itself. And
 * it does not know If-None-Match.
 */
function asTheServiceWould({ method, headers }: IncomingMessage, response: ServerResponse): void {
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) headers['if-match'] = ifMatch.replaceAll('"', '');
  if (method !== 'GET') return;
  headers['x-ms-documentdb-query-enablecrosspartition'] = 'true';
  const known = headers['if-none-match'];
  if (known === undefined) return;
  const end = response.end.bind(response);
  response.end = (body: unknown) => {
    if (response.getHeader('etag') !== known) return end(body);
    response.statusCode = 304;
    return end();
  };
}
