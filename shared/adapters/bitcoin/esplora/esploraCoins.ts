import { assert } from '../../../domain/assert.ts';
import type { Coin, OwnAddress, TransactionId } from '../../../domain/bitcoin.ts';
import type { Bitcoin } from '../../../ports/bitcoin.ts';
import type { BlockReference, WatchedWallet } from '../../../ports/chain.ts';
import { mapAtOnce } from '../../mapAtOnce.ts';
import type { EsploraTransaction } from './esploraHistory.ts';
import { type EsploraHttp, requestsAtOnceMax } from './esploraHttp.ts';
import { satoshiOf } from './esploraOutputs.ts';
import { atOneTip, type EsploraStatus, placeOf } from './esploraTip.ts';

/** The unspent outputs of all addresses that a wallet has given away, one request for each. */
export async function coinsOf(
  http: EsploraHttp,
  bitcoin: Pick<Bitcoin, 'addressesAt'>,
  wallet: WatchedWallet,
  confirmationsMin: number,
): Promise<readonly Coin[]> {
  const addresses = addressesOf(bitcoin, wallet);
  const { result } = await atOneTip(http, async (tip) => {
    const found = await mapAtOnce(requestsAtOnceMax, addresses, (address) =>
      coinsAt(http, address, tip),
    );
    const coins = found.flat().filter(({ confirmations }) => confirmations >= confirmationsMin);
    const immature = await immatureIn(http, coins);
    return coins.filter(({ txid }) => !immature.has(txid));
  });
  return result.toSorted((a, b) => Number(b.amountSat - a.amountSat));
}

/** More would take an hour: a wallet like that needs a node. */
const addressesMax = 50_000;
const maturity = 100;

type Utxo = {
  readonly txid: TransactionId;
  readonly vout: number;
  readonly value: number;
  readonly status: EsploraStatus;
};

function addressesOf(
  { addressesAt }: Pick<Bitcoin, 'addressesAt'>,
  { accountKey, receiveCount, changeCount }: WatchedWallet,
): readonly OwnAddress[] {
  assert(
    receiveCount + changeCount <= addressesMax,
    `a wallet of more than ${addressesMax} addresses cannot be followed without a node`,
  );
  return [
    ...addressesAt(accountKey, 0, [...Array(receiveCount).keys()]),
    ...addressesAt(accountKey, 1, [...Array(changeCount).keys()]),
  ];
}

async function coinsAt(
  http: EsploraHttp,
  { address, keyChain, index }: OwnAddress,
  tip: BlockReference,
): Promise<readonly Coin[]> {
  const utxos = (await http.getList(`/address/${address}/utxo`)) as readonly Utxo[];
  return utxos.map(({ txid, vout, value, status }) => {
    const { confirmations } = placeOf(status, tip);
    return { txid, vout, keyChain, index, amountSat: satoshiOf(value), confirmations };
  });
}

/** Coinbases cannot be spent for long, and the index lists them like any other. */
async function immatureIn(
  http: EsploraHttp,
  coins: readonly Coin[],
): Promise<ReadonlySet<TransactionId>> {
  const young = coins.filter(({ confirmations }) => confirmations > 0 && confirmations < maturity);
  const txids = [...new Set(young.map(({ txid }) => txid))];
  const isCoinbase = await mapAtOnce(requestsAtOnceMax, txids, async (txid) => {
    const transaction = (await http.getJson(`/tx/${txid}`)) as EsploraTransaction | undefined;
    return transaction?.vin[0]?.is_coinbase === true;
  });
  return new Set(txids.filter((_, at) => isCoinbase[at]));
}
