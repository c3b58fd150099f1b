import { type AccountLine, linesOf } from './accountLine.ts';
import { powerPlant } from './ids.ts';
import type { Trade } from './trade.ts';
import { addUsat, addWh, amountOf, type MicroSatoshi, zeroUsat, zeroWh } from './units.ts';

/**
 * Energy of an account that was traded among accounts at many prices, with what it comes to. A line
 * per price would be one per timeframe; this is billed as energy × price too, at its mean price.
 */
export type AveragedLine = Omit<AccountLine, 'kind' | 'priceMsatPerKwh'> & {
  readonly kind: 'sold' | 'bought';
  readonly amountUsat: MicroSatoshi;
};

/**
 * What some trades are billed as. Where the price varies, energy that the power plant has no part in
 * is averaged, in one line per account, kind and counterparty; fees and all else are lines with a
 * price in any case. Both together are the trades, exactly.
 */
export function billedLinesOf(
  trades: Iterable<Trade>,
  priceVaries: boolean,
): { readonly lines: readonly AccountLine[]; readonly averaged: readonly AveragedLine[] } {
  const all = linesOf(trades);
  if (!priceVaries) return { lines: all, averaged: [] };
  const lines: AccountLine[] = [];
  const averaged = new Map<string, AveragedLine>();
  for (const line of all) {
    const { accountId, kind, counterparty, energyWh, priceMsatPerKwh } = line;
    const isFee = kind === 'fee_paid' || kind === 'fee_received';
    if (isFee || accountId === powerPlant || counterparty === powerPlant) {
      lines.push(line);
      continue;
    }
    const key = `${accountId} ${kind} ${counterparty}`;
    const before = averaged.get(key) ?? { energyWh: zeroWh, amountUsat: zeroUsat };
    averaged.set(key, {
      ...{ accountId, kind, counterparty },
      energyWh: addWh(before.energyWh, energyWh),
      amountUsat: addUsat(before.amountUsat, amountOf(energyWh, priceMsatPerKwh)),
    });
  }
  return { lines, averaged: [...averaged.values()] };
}
