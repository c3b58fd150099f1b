import type { Static } from 'typebox';
import { type AccountSums, balanceOf, type Posting } from '../domain/ledger.ts';
import type { Prosumer } from '../domain/prosumer.ts';
import type { Trade } from '../domain/trade.ts';
import type { Account } from '../schemas/account.ts';
import type { DeepReadonly } from '../schemas/input.ts';
import type { Prosumer as ProsumerSchema } from '../schemas/prosumer.ts';
import type { Transaction } from '../schemas/transaction.ts';
import { tradeBody } from './tradeBody.ts';

/** A prosumer with the sums of its account; without a name and an address once they are erased. */
export function prosumerBody({
  prosumer,
  sums,
}: {
  readonly prosumer: Prosumer;
  readonly sums: AccountSums;
}): DeepReadonly<Static<typeof ProsumerSchema>> {
  const { name, address, ...known } = prosumer;
  const personal = prosumer.erasedAt === undefined ? { name, address } : {};
  return { ...known, ...personal, ...sumsBody(sums) };
}

/** An account of a grid with its sums. */
export function accountBody({
  accountId,
  sums,
}: {
  readonly accountId: string;
  readonly sums: AccountSums;
}): DeepReadonly<Static<typeof Account>> {
  return { accountId, ...sumsBody(sums) };
}

/** One leg of a trade on a prosumer's account, with the trade. */
export function transactionBody({
  posting,
  trade,
}: {
  readonly posting: Posting;
  readonly trade: Trade;
}): DeepReadonly<Static<typeof Transaction>> {
  return {
    tradeId: posting.tradeId,
    prosumerId: posting.accountId,
    timeframe: trade.timeframe,
    side: posting.side,
    energyWh: posting.side === 'sell' ? posting.soldWh : posting.boughtWh,
    creditUsat: posting.creditUsat.toString(),
    debitUsat: posting.debitUsat.toString(),
    trade: tradeBody(trade),
  };
}

function sumsBody(sums: AccountSums) {
  return {
    soldWh: sums.soldWh,
    boughtWh: sums.boughtWh,
    creditsUsat: sums.creditsUsat.toString(),
    debitsUsat: sums.debitsUsat.toString(),
    balanceUsat: balanceOf(sums).toString(),
  };
}
