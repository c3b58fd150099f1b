import type { Coin, TransactionId } from '../../../domain/bitcoin.ts';
import type { Satoshi } from '../../../domain/units.ts';
import type {
  BlockReference,
  ChainChanges,
  ChainOutput,
  TransactionPlace,
  WatchedWallet,
} from '../../../ports/chain.ts';
import { type ChainFile, tipOf } from './chainFile.ts';
import { cursorAt, readCursor } from './cursor.ts';
import { consensus } from './policy.ts';
import type { WalletRow } from './walletStatements.ts';
import { keyChainsOf } from './watchWallet.ts';

/**
 * What happened to a wallet since a cursor: what is in blocks that the cursor has not seen, in the
 * last blocks and in the mempool, and all that was ever paid to addresses that are new to it.
 */
export function changesSince(
  file: ChainFile,
  wallet: WatchedWallet,
  text: string | undefined,
): ChainChanges {
  const { statements } = file;
  const { height, hash } = tipOf(file);
  const seen = readCursor(file, text);
  const settledHeight = Math.min(seen.height, height - changingBlocks);
  const rows = [
    ...statements.selectAbove.all(settledHeight, wallet.walletId),
    ...statements.selectWaiting.all(wallet.walletId),
  ];
  const counts = new Map(keyChainsOf(wallet));
  const outputs = new Map<string, ChainOutput>();
  const add = (row: WalletRow) => outputs.set(`${row.txid}:${row.vout}`, outputOf(row, height));
  for (const row of rows) if (row.keyIndex < (counts.get(row.keyChain) ?? 0)) add(row);
  for (const [keyChain, count] of counts) {
    const from = seen.counts.get(keyChain) ?? 0;
    statements.selectOfIndexes.all(wallet.walletId, keyChain, from, count).forEach(add);
  }
  const tip = { height, hash };
  return { outputs: [...outputs.values()], cursor: cursorAt(tip, wallet), tip };
}

/** As many of the last blocks as may be undone without a cursor, before coinbases can be spent. */
const changingBlocks = 100;

/** The coins of a wallet that the next block may spend, largest first. */
export function coinsOfWallet(
  file: ChainFile,
  wallet: WatchedWallet,
  confirmationsMin: number,
): readonly Coin[] {
  const tipHeight = tipOf(file).height;
  const rows = keyChainsOf(wallet).flatMap(([keyChain, count]) =>
    file.statements.selectUnspent.all(wallet.walletId, keyChain, 0, count),
  );
  const coins = rows.map((row) => coinOf(row, tipHeight)).filter((coin) => coin !== undefined);
  return coins
    .filter(({ confirmations }) => confirmations >= confirmationsMin)
    .sort((a, b) => Number(b.amountSat - a.amountSat));
}

/** Where transactions stand, of those that are in the mempool or in a block. */
export function placesOf(
  file: ChainFile,
  txids: readonly TransactionId[],
): ReadonlyMap<TransactionId, TransactionPlace> {
  const tipHeight = tipOf(file).height;
  const places = new Map<TransactionId, TransactionPlace>();
  for (const txid of txids) {
    const row = file.statements.selectPlace.get(txid);
    if (row !== undefined) places.set(txid, placeOf(row, tipHeight));
  }
  return places;
}

type PlaceRow = { readonly height: number | null; readonly hash: string | null };

function placeOf({ height, hash }: PlaceRow, tipHeight: number): TransactionPlace {
  if (height === null || hash === null) return { confirmations: 0 };
  const block: BlockReference = { height, hash };
  return { confirmations: tipHeight - height + 1, block };
}

function outputOf(row: WalletRow, tipHeight: number): ChainOutput {
  return {
    txid: row.txid,
    vout: row.vout,
    address: row.address,
    keyChain: row.keyChain,
    index: row.keyIndex,
    amountSat: BigInt(row.amountSat) as Satoshi,
    ...placeOf(row, tipHeight),
  };
}

/** Undefined for a coinbase that is too young to be spent. */
function coinOf(row: WalletRow, tipHeight: number): Coin | undefined {
  const { confirmations } = placeOf(row, tipHeight);
  if (row.position === 0 && confirmations < consensus.maturityBlocks) return undefined;
  const { txid, vout, keyChain, keyIndex: index } = row;
  return {
    txid,
    vout,
    keyChain,
    index,
    amountSat: BigInt(row.amountSat) as Satoshi,
    confirmations,
  };
}
