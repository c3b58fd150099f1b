import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { CoreRpcError } from '../../shared/adapters/bitcoin/core/coreFault.ts';
import type { CoreRpc } from '../../shared/adapters/bitcoin/core/coreRpc.ts';
import { type ChainIndex, type IndexedTransaction, openChainIndex } from './chainIndex.ts';

export type EsploraServer = {
  readonly url: string;
  /** Requests so far, as `GET /tx/…`. */
  readonly requests: readonly string[];
  /** What is answered to a request instead, where it answers anything; it may also just wait. */
  interfere: (request: string) => Interference | undefined;
  stop(): Promise<void>;
};
export type Interference = { readonly status: number; readonly text: string };
type Answer = { readonly status: number; readonly body: unknown };

const confirmedPerPage = 25;

/** An index with the endpoints of Esplora that the app needs, over what a real node knows. */
export async function startEsploraServer(rpc: CoreRpc): Promise<EsploraServer> {
  const index = openChainIndex(rpc);
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    requests.push(line);
    const interference = esplora.interfere(line);
    if (interference !== undefined) {
      send(response, { status: interference.status, body: interference.text });
      return;
    }
    answer(rpc, index, request)
      .catch((error: unknown) => ({ status: 500, body: String(error) }))
      .then((given) => send(response, given))
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const esplora: EsploraServer = {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    interfere: () => undefined,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return esplora;
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.statusCode = status;
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

async function answer(rpc: CoreRpc, index: ChainIndex, request: IncomingMessage): Promise<Answer> {
  const path = request.url ?? '/';
  if (request.method === 'POST') return post(rpc, path, await bodyOf(request));
  await index.sync();
  const parts = path.split('/').slice(1);
  const [kind, name = ''] = parts;
  const { blocks } = index;
  if (path === '/blocks/tip/height') return found(String(blocks.length - 1));
  if (path === '/blocks/tip/hash') return found(blocks.at(-1)?.hash);
  if (path === '/fee-estimates') return found({ 2: 2.2, 6: 1.5, 144: 1.001 });
  if (kind === 'block-height') return found(blocks[Number(name)]?.hash);
  if (kind === 'address') return found(ofAddress(index, name, parts.slice(2)));
  if (kind !== 'tx') return found(undefined);
  const transaction = index.transaction(name);
  if (parts[2] === 'status') return found(transaction?.status ?? { confirmed: false });
  return found(transaction && shown(transaction));
}

function found(body: unknown): Answer {
  return body === undefined ? { status: 404, body: 'not found' } : { status: 200, body };
}

function ofAddress(index: ChainIndex, address: string, rest: readonly string[]): unknown {
  const history = index.history(address);
  if (rest.join('/') === 'utxo') return index.unspent(address);
  const confirmed = history.filter(({ status }) => status.confirmed);
  if (rest.join('/') === 'txs') {
    const waiting = history.filter(({ status }) => !status.confirmed);
    return [...waiting, ...confirmed.slice(0, confirmedPerPage)].map(shown);
  }
  if (rest[0] !== 'txs' || rest[1] !== 'chain') return undefined;
  const last = confirmed.findIndex(({ txid }) => txid === rest[2]);
  return confirmed.slice(last + 1, last + 1 + confirmedPerPage).map(shown);
}

function shown({ txid, isCoinbase, inputs, outputs, status }: IndexedTransaction): unknown {
  return {
    txid,
    vin: inputs.map(({ txid: of, vout }) => ({ txid: of, vout, is_coinbase: isCoinbase })),
    vout: outputs.map(({ address, value }) => ({ scriptpubkey_address: address, value })),
    status,
  };
}

async function post(rpc: CoreRpc, path: string, body: string): Promise<Answer> {
  try {
    if (path === '/tx') return found(await rpc.call(['sendrawtransaction', body]));
    if (path !== '/txs/test') return found(undefined);
    return found(await rpc.call(['testmempoolaccept', JSON.parse(body)]));
  } catch (error) {
    if (!(error instanceof CoreRpcError)) throw error;
    const { code, reason: message } = error;
    const text = `sendrawtransaction RPC error: ${JSON.stringify({ code, message })}`;
    return { status: 400, body: text };
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
