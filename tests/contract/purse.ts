import { randomUUID } from 'node:crypto';
import type { Transaction } from 'bitcoinjs-lib';
import type { OutPoint, TransactionId } from '../../shared/domain/bitcoin.ts';
import type { Chain } from '../../shared/ports/chain.ts';
import {
  type Spendable,
  signSpend,
  type TestOutput,
  type TestWallet,
  testWallet,
} from '../bitcoin/testWallet.ts';

const coinsMin = 8;
const maturity = 100;
const feeSat = 1_000n;

/** Coins to pay with. Where they are mined, the chain of a test begins. */
export type Purse = {
  readonly wallet: TestWallet;
  /** Mines blocks that pay to the purse; they are not spent. */
  mine(count: number): Promise<void>;
  /** Pays an amount to an address and leaves the transaction in the mempool. */
  fund(address: string, amountSat: bigint): Promise<OutPoint>;
  /** Takes a coin out of the purse that nothing has spent: confirmed, mature, alone. */
  takeCoin(): Spendable;
};

/** What a purse needs of a chain under test. */
export type PurseChain = {
  readonly chain: Chain;
  mine(count: number, address: string): Promise<void>;
  settle?(): Promise<void>;
};

/** Mines the purse its coins and lets them mature. */
export async function openPurse({ chain, mine, settle }: PurseChain): Promise<Purse> {
  const wallet = testWallet(randomUUID());
  const key = wallet.key(0, 0);
  await mine(coinsMin, key.address);
  await mine(maturity, wallet.key(1, 0).address);
  const found = await chain.coins(wallet.watched(1), maturity);
  const coins: Spendable[] = found.map((coin) => ({ ...coin, key }));
  const takeCoin = () => {
    const coin = coins.pop();
    if (coin === undefined) throw new Error('the purse of a test is empty');
    return coin;
  };
  return {
    wallet,
    mine: (count) => mine(count, wallet.key(1, 0).address),
    takeCoin,
    async fund(to, amountSat) {
      const coin = takeCoin();
      const change = coin.amountSat - amountSat - feeSat;
      const outputs: TestOutput[] = [
        { to, amountSat },
        { to: key.address, amountSat: change },
      ];
      const transaction = signSpend({ inputs: [coin], outputs });
      const txid = await send(chain, transaction);
      await settle?.();
      return { txid, vout: 0 };
    },
  };
}

async function send(chain: Chain, transaction: Transaction) {
  const sent = await chain.broadcast(transaction.toHex());
  if (!sent.ok) throw new Error(`a payment of the purse was refused: ${sent.refusal}`);
  return transaction.getId() as TransactionId;
}
