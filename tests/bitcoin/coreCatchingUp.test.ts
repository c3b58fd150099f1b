import { afterEach, expect, test } from '@jest/globals';
import { openCoreChain } from '../../shared/adapters/bitcoin/core/openCoreChain.ts';
import type { Network, TransactionId } from '../../shared/domain/bitcoin.ts';
import { type Chain, ChainUnavailableError } from '../../shared/ports/chain.ts';
import { type ScriptedServer, startScriptedServer } from './scriptedServer.ts';
import { testWallet } from './testWallet.ts';

const limits = { requestMs: 5_000, attemptsMax: 1, pauseMs: 1 };
const hash = 'ab'.repeat(32);
const txid = '1'.repeat(64) as TransactionId;
const servers: ScriptedServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

type Request = { readonly id: number; readonly method: string };

/** A node that knows a wallet, and nothing that was paid to it. */
async function openNode(chain: string, network: Network, isCatchingUp: boolean): Promise<Chain> {
  const info = { chain, blocks: 7, bestblockhash: hash, initialblockdownload: isCatchingUp };
  const results: Readonly<Record<string, unknown>> = {
    getblockchaininfo: info,
    listlabels: ['watched 1001 and 1001, scanned 7 of 7'],
    listsinceblock: { transactions: [], lastblock: hash },
    listwallets: [],
  };
  const server = await startScriptedServer(({ body }) => {
    const answers = (JSON.parse(body) as readonly Request[]).map(({ id, method }) => {
      const result = results[method];
      const error = result === undefined ? { code: -5, message: 'No such thing' } : null;
      return { id, result, error };
    });
    return { status: 200, text: JSON.stringify(answers) };
  });
  servers.push(server);
  const access = { kind: 'password', user: 'operator', password: 'word' } as const;
  return openCoreChain({ kind: 'core', network, url: server.url, access }, limits);
}

test.each([
  ['main', 'mainnet'],
  ['test', 'testnet'],
  ['testnet4', 'testnet'],
  ['signet', 'signet'],
] as const)(
  'a node on %s that still downloads the chain says of no payment that it is gone',
  async (name, network) => {
    const { watched } = testWallet('paid before');
    const late = await openNode(name, network, true);
    for (const ask of [
      () => late.changesSince(watched(1), undefined),
      () => late.places([txid]),
      () => late.tip(),
    ]) {
      await expect(ask()).rejects.toBeInstanceOf(ChainUnavailableError);
    }
    const ready = await openNode(name, network, false);
    expect(await ready.changesSince(watched(1), undefined)).toMatchObject({ outputs: [] });
    expect(await ready.places([txid])).toEqual(new Map());
  },
);

// Its blocks are as old as the last test: it would seem to be behind for ever.
test('a chain for tests is never behind', async () => {
  const chain = await openNode('regtest', 'regtest', true);
  expect(await chain.tip()).toEqual({ height: 7, hash });
});
