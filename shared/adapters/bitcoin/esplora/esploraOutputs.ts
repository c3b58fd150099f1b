import { assert } from '../../../domain/assert.ts';
import type { KeyChain, OwnAddress } from '../../../domain/bitcoin.ts';
import type { Satoshi } from '../../../domain/units.ts';
import type { Bitcoin } from '../../../ports/bitcoin.ts';
import type {
  BlockReference,
  ChainChanges,
  ChainOutput,
  WatchedWallet,
} from '../../../ports/chain.ts';
import { mapAtOnce } from '../../mapAtOnce.ts';
import { readCursor, writeCursor } from './esploraCursor.ts';
import { historyOf } from './esploraHistory.ts';
import { type EsploraHttp, requestsAtOnceMax } from './esploraHttp.ts';
import { atOneTip, placeOf } from './esploraTip.ts';
import { indexesToLookAt } from './indexesToLookAt.ts';

/**
 * What the index says of the addresses that it is time to look at. Where there are more than one
 * call can look at, a payment to an old address shows some calls later; what may still change is in
 * every answer.
 */
export async function changesSince(
  http: EsploraHttp,
  bitcoin: Pick<Bitcoin, 'addressesAt'>,
  wallet: WatchedWallet,
  text: string | undefined,
): Promise<ChainChanges> {
  const cursor = readCursor(text);
  const receive = indexesToLookAt(cursor[0], wallet.receiveCount);
  const change = indexesToLookAt(cursor[1], wallet.changeCount);
  const addresses = [
    ...bitcoin.addressesAt(wallet.accountKey, 0, receive.indexes),
    ...bitcoin.addressesAt(wallet.accountKey, 1, change.indexes),
  ];
  const { result, tip } = await atOneTip(http, async (at) => {
    const outputs = await mapAtOnce(requestsAtOnceMax, addresses, (address) =>
      outputsOf(http, address, at),
    );
    return outputs.flat();
  });
  const next = writeCursor({
    0: { next: receive.next, open: openIn(result, 0) },
    1: { next: change.next, open: openIn(result, 1) },
  });
  return { outputs: result, cursor: next, tip };
}

/** So deep that no reorganisation reaches it: as deep as what miners themselves wait for. */
const settledConfirmations = 100;

async function outputsOf(
  http: EsploraHttp,
  { address, keyChain, index }: OwnAddress,
  tip: BlockReference,
): Promise<readonly ChainOutput[]> {
  const outputs = new Map<string, ChainOutput>();
  for (const { txid, vout, status } of await historyOf(http, address)) {
    for (const [at, { scriptpubkey_address, value }] of vout.entries()) {
      if (scriptpubkey_address !== address) continue;
      const amountSat = satoshiOf(value);
      const place = placeOf(status, tip);
      const output = { txid, vout: at, address, keyChain, index, amountSat, ...place };
      outputs.set(`${txid}:${at}`, output);
    }
  }
  return [...outputs.values()];
}

/** Takes a number of the index for whole satoshi. Throws on what no output can have. */
export function satoshiOf(value: unknown): Satoshi {
  assert(
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= satoshiMax,
    () => `the index wrote an amount as ${JSON.stringify(value)}`,
  );
  return BigInt(value) as Satoshi;
}

/** All that there will be. */
const satoshiMax = 21_000_000 * 100_000_000;

function openIn(outputs: readonly ChainOutput[], keyChain: KeyChain): readonly number[] {
  const open = outputs.filter(
    (output) => output.keyChain === keyChain && output.confirmations < settledConfirmations,
  );
  return [...new Set(open.map(({ index }) => index))].sort((a, b) => a - b);
}
