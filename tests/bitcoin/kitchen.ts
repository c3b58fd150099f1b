import type { Transaction } from 'bitcoinjs-lib';
import type { Kitchen } from './recipes/recipe.ts';
import { type Spendable, signSpend, type TestKey, testWallet } from './testWallet.ts';
import type { TwinChains } from './twinChains.ts';

/** Coins of a transaction that splits a coinbase: a round of all recipes takes fewer. */
const coinsPerSplit = 120;
const coinbasesPerRound = 5;
const maturity = 100;
const feeSat = 50_000n;

export type OpenedKitchen = {
  /** What there is at the last block. */
  now(): Kitchen;
  mine(count: number): Promise<void>;
  /** Mines in the place of blocks that were undone. */
  mineAgain(count: number): Promise<void>;
};

/** Mines coins on both chains, many of each kind: enough for so many rounds of all recipes. */
export async function openKitchen(
  twins: TwinChains,
  random: () => number,
  rounds: number,
): Promise<OpenedKitchen> {
  const wallet = testWallet('kitchen');
  const key = wallet.key(0, 0);
  const mine = (count: number) => twins.mine(count, key.address);
  const coinbaseAt = (height: number) => coinOf(twins.coinbaseAt(height), 0, key);
  const coinbases = rounds * coinbasesPerRound;
  await mine(coinbases + maturity);
  const coins: Spendable[] = [];
  for (let split = 0; split < rounds; split += 1) {
    const outputs = Array.from({ length: coinsPerSplit }, (_, at) => {
      const to = at % 2 === 0 ? wallet.key(0, 1) : wallet.taprootKey(1);
      return { key: to, to: to.script, amountSat: BigInt(30_000 + Math.floor(random() * 200_000)) };
    });
    const coinbase = coinbaseAt(coinbases - split);
    const outSat = outputs.reduce((sum, { amountSat }) => sum + amountSat, feeSat);
    const rest = { to: key.script, amountSat: coinbase.amountSat - outSat };
    const transaction = signSpend({ inputs: [coinbase], outputs: [...outputs, rest] });
    await sendToBoth(twins, transaction);
    coins.push(...outputs.map((output, vout) => coinOf(transaction, vout, output.key)));
  }
  await mine(2);
  let height = (await twins.core.tip()).height;
  const takeCoin = (kind?: TestKey['kind']) => {
    const at = coins.findIndex((coin) => kind === undefined || coin.key.kind === kind);
    const [coin] = at < 0 ? [] : coins.splice(at, 1);
    if (coin === undefined) throw new Error('no coin is left: split more');
    return coin;
  };
  let nextCoinbase = 1;
  const takeCoinbase = () => {
    const at = nextCoinbase;
    if (at > coinbases - rounds) throw new Error('no coinbase is left: mine more');
    nextCoinbase += 1;
    return { coin: coinbaseAt(at), height: at };
  };
  const takes = { takeCoin, takeCoinbase, coinbaseAt, spentCoin: coinbaseAt(coinbases) };
  return {
    now: () => ({ random, wallet, height, ...takes }),
    mineAgain: mine,
    async mine(count) {
      await mine(count);
      height += count;
    },
  };
}

function coinOf(transaction: Transaction, vout: number, key: TestKey): Spendable {
  const amountSat = transaction.outs[vout]?.value ?? 0n;
  return { txid: transaction.getId() as Spendable['txid'], vout, amountSat, key };
}

async function sendToBoth({ embedded, core }: TwinChains, transaction: Transaction): Promise<void> {
  for (const chain of [embedded, core]) {
    const sent = await chain.broadcast(transaction.toHex());
    if (!sent.ok) throw new Error(`${chain.kind} does not take what prepares: ${sent.refusal}`);
  }
}
