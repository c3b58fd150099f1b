import { type AccountId, isReserved, miniGrid, powerPlant } from './ids.ts';
import type { Trade } from './trade.ts';
import {
  addWh,
  amountOf,
  type MicroSatoshi,
  type MsatPerKwh,
  microSatoshi,
  type WattHours,
} from './units.ts';

export const lineKinds = ['sold', 'bought', 'fee_paid', 'fee_received'] as const;
/** What a line of an account is about: energy sold or bought, or the grid's fee on energy bought. */
export type LineKind = (typeof lineKinds)[number];

export const counterparties = ['prosumers', miniGrid, powerPlant] as const;
/** With whom: other prosumers taken together, or one of the reserved accounts. */
export type Counterparty = (typeof counterparties)[number];

/**
 * Energy of an account over many trades that have kind, counterparty and price in common. Its amount
 * is energy × price, exactly, so that a bill can be checked line by line. An averaged line is read as
 * one or two of these.
 */
export type AccountLine = {
  readonly accountId: AccountId;
  readonly kind: LineKind;
  readonly counterparty: Counterparty;
  /** Of `fee_paid` and `fee_received` the grid's fee. */
  readonly priceMsatPerKwh: MsatPerKwh;
  readonly energyWh: WattHours;
};

/** What a line moves the balance of its account by: what was sold or received is positive. */
export function amountOfLine({ kind, energyWh, priceMsatPerKwh }: AccountLine): MicroSatoshi {
  const amount = amountOf(energyWh, priceMsatPerKwh);
  return kind === 'sold' || kind === 'fee_received' ? amount : microSatoshi(-amount);
}

/** The lines of some trades: one per account, kind, counterparty and price, in order of appearance. */
export function linesOf(trades: Iterable<Trade>): readonly AccountLine[] {
  const lines = new Map<string, AccountLine>();
  const add = (line: AccountLine) => {
    const key = `${line.accountId} ${line.kind} ${line.counterparty} ${line.priceMsatPerKwh}`;
    const before = lines.get(key);
    const energyWh = before === undefined ? line.energyWh : addWh(before.energyWh, line.energyWh);
    lines.set(key, { ...line, energyWh });
  };
  for (const { sellerId, buyerId, energyWh, priceMsatPerKwh, ...trade } of trades) {
    const fromSeller = counterpartyOf(sellerId);
    const fromBuyer = counterpartyOf(buyerId);
    const sold = { accountId: sellerId, kind: 'sold', counterparty: fromBuyer } as const;
    const bought = { accountId: buyerId, kind: 'bought', counterparty: fromSeller } as const;
    add({ ...sold, priceMsatPerKwh, energyWh });
    add({ ...bought, priceMsatPerKwh, energyWh });
    if (trade.feeUsat === 0n) continue;
    const fee = { priceMsatPerKwh: trade.gridFeeMsatPerKwh, energyWh };
    add({ accountId: buyerId, kind: 'fee_paid', counterparty: miniGrid, ...fee });
    add({ accountId: miniGrid, kind: 'fee_received', counterparty: fromBuyer, ...fee });
  }
  return [...lines.values()];
}

function counterpartyOf(accountId: AccountId): Counterparty {
  return isReserved(accountId) ? accountId : 'prosumers';
}
