import type { TransactionId } from '../../shared/domain/bitcoin.ts';
import type { Chain } from '../../shared/ports/chain.ts';
import type { Purse } from '../contract/purse.ts';
import { type Spendable, signSpend, type TestKey } from './testWallet.ts';

const feeSat = 20_000n;

/** Pays an amount to each of some keys, in one transaction of a purse that a block confirms. */
export async function payKeys(
  chain: Chain,
  purse: Purse,
  keys: readonly TestKey[],
  amountSat: bigint,
): Promise<readonly Spendable[]> {
  const coin = purse.takeCoin();
  const rest = coin.amountSat - feeSat - amountSat * BigInt(keys.length);
  const outputs = keys.map(({ script }) => ({ to: script, amountSat }));
  const change = { to: purse.wallet.key(1, 0).address, amountSat: rest };
  const transaction = signSpend({ inputs: [coin], outputs: [...outputs, change] });
  const sent = await chain.broadcast(transaction.toHex());
  if (!sent.ok) throw new Error(`keys could not be paid: ${sent.refusal}`);
  await purse.mine(1);
  const txid = transaction.getId() as TransactionId;
  return keys.map((key, vout) => ({ txid, vout, amountSat, key }));
}
