import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpServer } from '@vercel/cosmosdb-server';

/** A server of Cosmos DB's protocol in this process. It stands for the service's protocol, not for the service. */
export type CosmosFixture = { readonly endpoint: string; close(): Promise<void> };

/** Starts a server with nothing in it. */
export async function startCosmosFixture(): Promise<CosmosFixture> {
  const server: Server = createHttpServer({ keepAlive: true });
  server.prependListener('request', (request: IncomingMessage) => asTheServiceWould(request));
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
 * Its etags have no quotes, so that it takes one with quotes for another. And a point read of what
 * is not there is a failure of its own, unless it is told not to compare the partition key itself.
 */
function asTheServiceWould({ method, headers }: IncomingMessage): void {
  if (headers['if-match'] !== undefined) {
    headers['if-match'] = headers['if-match'].replaceAll('"', '');
  }
  if (method === 'GET') headers['x-ms-documentdb-query-enablecrosspartition'] = 'true';
}
