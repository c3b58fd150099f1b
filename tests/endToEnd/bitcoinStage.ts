import { readPaymentUri } from '../../shared/domain/paymentUri.ts';
import { type BitcoinNode, startBitcoinNode } from '../bitcoin/bitcoinNode.ts';
import { type RunningApp, startApp } from './app.ts';
import type { Client, Fields } from './client.ts';
import { createNodeWallet, type NodePayment, type NodeWallet } from './nodeWallets.ts';

/** A real node, the app that follows it, and somebody who mines. */
export type BitcoinStage = {
  readonly node: BitcoinNode;
  readonly app: RunningApp;
  readonly miner: NodeWallet;
  /** A new wallet of the node, for somebody by that name. */
  walletOf(name: string, descriptors?: readonly string[]): Promise<NodeWallet>;
  mine(blocks: number): Promise<void>;
  /** Lets the app look at the chain, and waits until it has. */
  follow(): Promise<void>;
  stop(): Promise<void>;
};

const maturity = 100;
/** Of 50 BTC each: enough for any test. */
const minedCoins = 5;

/** Starts all of it on a chain whose miner has coins to spend. */
export async function startBitcoinStage(appFile: string): Promise<BitcoinStage> {
  const node = await startBitcoinNode();
  try {
    return await startOn(node, appFile);
  } catch (error) {
    await node.stop();
    throw error;
  }
}

async function startOn(node: BitcoinNode, appFile: string): Promise<BitcoinStage> {
  const app = await startApp({ appFile, env: settingsOf(node) });
  const walletOf = (name: string, descriptors?: readonly string[]) =>
    createNodeWallet(node.rpc, name, descriptors);
  const miner = await walletOf('miner');
  const mined = await miner.newAddress();
  const mine = async (blocks: number) => void (await node.mine(blocks, mined));
  await mine(maturity + minedCoins);
  return {
    ...{ node, app, miner, walletOf, mine },
    follow: () => fire(app, 'followChain'),
    async stop() {
      await app.stop();
      await node.stop();
    },
  };
}

/** The address and the amount that a payment URI asks for, read as strictly as a wallet should. */
export function requestIn(uri: unknown): NodePayment {
  const read = readPaymentUri(String(uri));
  if (!read.ok || read.value.amountSat === undefined) throw new Error(`${uri} asks for no amount`);
  return { address: read.value.address, amountSat: read.value.amountSat };
}

/** The text of a document that the API answers. Throws unless it is answered with 200. */
export async function textOf({ url }: Client, path: string): Promise<string> {
  const response = await fetch(`${url}/api${path}`);
  if (response.status !== 200) throw new Error(`GET ${path}: ${response.status}`);
  return await response.text();
}

/** Binds an address to a prosumer, signed by whoever has its key; answers what the API answers. */
export async function bindAddress(
  client: Client,
  prosumerId: string,
  address: string,
  sign: (message: string) => string | Promise<string>,
) {
  const path = `/prosumers/${prosumerId}/payout-address`;
  const challenge = await client.send('POST', `${path}/challenge`, { address });
  const signature = await sign(String(challenge['message']));
  return client.request('PUT', path, { address, nonce: challenge['nonce'], signature });
}

/** Invoices of a period, by prosumer. */
export async function invoicesOf(
  client: Client,
  gridId: string,
  period: string,
): Promise<ReadonlyMap<string, Fields>> {
  const invoices = await client.all(`/invoices?gridId=${gridId}&period=${period}&limit=1000`);
  return new Map(invoices.map((invoice) => [String(invoice['prosumerId']), invoice]));
}

function settingsOf({ settings }: BitcoinNode): Readonly<Record<string, string>> {
  const { network, url, access } = settings;
  if (access.kind !== 'cookie') throw new Error('the node of a test has a cookie');
  return {
    BITCOIN_NETWORK: network,
    BITCOIN_RPC_URL: url,
    BITCOIN_RPC_COOKIE_FILE: access.file,
  };
}

async function fire(client: Client, name: string): Promise<void> {
  const { status } = await client.request('POST', `/admin/functions/${name}?wait=true`, {});
  if (status !== 202) throw new Error(`${name} answered ${status}`);
}
