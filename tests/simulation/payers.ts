import type { Invoice } from '../../shared/domain/invoice.ts';
import { type Spendable, signSpend, type TestOutput, testWallet } from '../bitcoin/testWallet.ts';
import type { World } from './world.ts';

/** Somebody's transaction, as it may be replaced while no block has it. */
type Sent = {
  readonly coin: Spendable;
  readonly outputs: readonly TestOutput[];
  readonly feeSat: bigint;
  readonly txid: string;
};

/** Those who pay, with wallets that the app knows nothing of. */
export type Payers = {
  /** Sends some amounts in one transaction; false when nobody has a coin left. */
  send(outputs: readonly TestOutput[]): Promise<boolean>;
  /** Pays an invoice: partly, exactly, too much, in two outputs, as chance has it. */
  pay(invoice: Invoice): Promise<boolean>;
  /** Sends something else instead of what is still in the mempool, unless `isNeeded` says no. */
  replace(isNeeded: (txid: string) => boolean): Promise<void>;
};

const feeSatAtFirst = 500n;
/** Nothing that nodes relay pays less to an invoice. */
const leastSat = 300n;
const ownScript = testWallet('those who pay').key(0, 1).script;

export function createPayers(world: World): Payers {
  const coins = [...world.start.coins];
  const all: Sent[] = [];
  const { chance } = world;
  const broadcast = async (
    coin: Spendable,
    outputs: readonly TestOutput[],
    feeSat: bigint,
  ): Promise<void> => {
    const paidSat = outputs.reduce((sum, { amountSat }) => sum + amountSat, feeSat);
    const change = { to: ownScript, amountSat: coin.amountSat - paidSat };
    const spend = signSpend({ inputs: [coin], outputs: [...outputs, change] });
    const sent = await world.one().ports.chain.broadcast(spend.toHex());
    if (sent.ok) all.push({ coin, outputs, feeSat, txid: sent.value.txid });
  };
  const send = async (outputs: readonly TestOutput[]) => {
    const coin = coins.pop();
    if (coin === undefined) return false;
    await broadcast(coin, outputs, feeSatAtFirst);
    return true;
  };
  return {
    send,
    async pay({ payTo, amountSat }) {
      if (payTo === undefined) return false;
      const to = payTo.address;
      const some = amountSat < leastSat ? leastSat : amountSat;
      const half = some / 2n < leastSat ? leastSat : some / 2n;
      const amounts = chance.pick([
        [some],
        [some],
        [some],
        [half],
        [half, half],
        [some + 1n],
        [2n * some],
      ]) ?? [some];
      return send(amounts.map((sat) => ({ to, amountSat: sat })));
    },
    async replace(isNeeded) {
      const { chain } = world.one().ports;
      const places = await chain.places(all.map(({ txid }) => txid as never));
      const loose = all.filter(
        ({ txid }) => places.get(txid as never)?.confirmations === 0 && !isNeeded(txid),
      );
      const sent = chance.pick(loose);
      if (sent === undefined) return;
      const outputs = chance.hits(0.5) ? sent.outputs.slice(1) : sent.outputs;
      await broadcast(sent.coin, outputs, sent.feeSat * 3n);
    },
  };
}
