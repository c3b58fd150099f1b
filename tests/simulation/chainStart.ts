import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedChain } from '../../shared/adapters/embedded/chain/openEmbeddedChain.ts';
import { openEmbedded } from '../../shared/adapters/embedded/openEmbedded.ts';
import type { TransactionId } from '../../shared/domain/bitcoin.ts';
import type { Instant } from '../../shared/domain/timeframe.ts';
import { type Spendable, signSpend, testWallet } from '../bitcoin/testWallet.ts';
import { scratchDirectory } from './scratchDirectory.ts';

/** Empty stores, and a chain on which those who pay have coins, in blocks that no simulation undoes. */
export type ChainStart = {
  /** Files of this process alone, to be removed at its end. */
  readonly scratch: string;
  readonly directory: string;
  readonly coins: readonly Spendable[];
  readonly height: number;
};

/** Blocks that are undone at once, at most: nobody's confirmations are this deep. */
export const undoneMax = 9;

const coinbases = 4;
const maturity = 100;
const coinsPerCoinbase = 100;
const coinSat = 40_000_000n;
const feeSat = 100_000n;

/** Makes them, to be copied for each simulation: that is faster than mining and migrating anew. */
export async function mineChainStart(): Promise<ChainStart> {
  const scratch = mkdtempSync(join(scratchDirectory, 'mini-smart-grid-simulation-'));
  const directory = join(scratch, 'start');
  const clock = { now: () => '2026-09-01T00:00:00Z' as Instant };
  const { chain, miner, close } = await openEmbeddedChain(directory, {
    clock,
    durability: 'process',
  });
  const wallet = testWallet('those who pay');
  const [key, other] = [wallet.key(0, 0), wallet.key(1, 0)];
  await miner.mine(coinbases, key.address);
  await miner.mine(maturity, other.address);
  const coins: Spendable[] = [];
  for (const coin of await chain.coins(wallet.watched(1), maturity)) {
    const outputs = Array.from({ length: coinsPerCoinbase }, () => {
      return { to: key.address, amountSat: coinSat };
    });
    const rest = coin.amountSat - BigInt(coinsPerCoinbase) * coinSat - feeSat;
    const spend = signSpend({
      inputs: [{ ...coin, key }],
      outputs: [...outputs, { to: other.address, amountSat: rest }],
    });
    const sent = await chain.broadcast(spend.toHex());
    if (!sent.ok) throw new Error(`coins could not be split: ${sent.refusal}`);
    const txid = spend.getId() as TransactionId;
    coins.push(...outputs.map(({ amountSat }, vout) => ({ txid, vout, amountSat, key })));
  }
  const { height } = await miner.mine(1, other.address);
  close();
  openEmbedded(directory, { clock, durability: 'process' }).close();
  return { scratch, directory, coins, height };
}
