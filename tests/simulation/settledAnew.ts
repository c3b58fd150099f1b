import { sha256 } from '../../shared/adapters/digest.ts';
import { settleTimeframe } from '../../shared/domain/closeFrame.ts';
import type { Closing } from '../../shared/domain/closing.ts';
import { zeroHash } from '../../shared/domain/hashChain.ts';
import type { ProsumerId } from '../../shared/domain/ids.ts';
import type { NettoLine } from '../../shared/domain/netto.ts';
import type { Book, Order, TradeAhead } from '../../shared/domain/order.ts';
import type { Line } from './auditClosing.ts';
import { type Row, textOf } from './books.ts';

/** What an account gained of energy and money in a timeframe. */
export type Gain = { readonly nettoWh: bigint; readonly balanceUsat: bigint };

/**
 * What each account of a timeframe would have, had it been settled once on its last lines: corrections
 * must lead there, whatever their number and order.
 */
export function settledAnew(
  closing: Closing,
  lines: ReadonlyMap<string, Line>,
  rows: { readonly ahead: readonly Row[]; readonly versions: readonly Row[] },
): ReadonlyMap<string, Gain> {
  const { gridId, timeframe, terms, closedAt } = closing;
  const zone = { timeZone: 'Etc/UTC', timeframeMinutes: 15, graceMinutes: 0, name: gridId };
  const times = { activeFrom: timeframe, createdAt: closedAt, paused: false };
  const { trades } = settleTimeframe({
    grid: { id: gridId, ...zone, ...times, terms: [terms] },
    ...{ timeframe, closingNumber: 1, closedThrough: timeframe, previousHash: zeroHash },
    lines: [...lines].map(([id, line]) => ({ prosumerId: id as ProsumerId, ...line }) as NettoLine),
    book: bookOf(timeframe, rows),
    ...{ closedAt, sha256 },
  });
  const gains = new Map<string, Gain>();
  const add = (accountId: string, energyWh: number, usat: bigint) => {
    const { nettoWh, balanceUsat } = gains.get(accountId) ?? { nettoWh: 0n, balanceUsat: 0n };
    const gain = { nettoWh: nettoWh + BigInt(energyWh), balanceUsat: balanceUsat + usat };
    gains.set(accountId, gain);
  };
  for (const { sellerId, buyerId, energyWh, amountUsat, feeUsat } of trades) {
    add(sellerId, energyWh, amountUsat);
    add(buyerId, -energyWh, -amountUsat - feeUsat);
    add('mini-grid', 0, feeUsat);
  }
  return gains;
}

/** What counted for a timeframe, out of all that was ever agreed on and ordered in its grid. */
function bookOf(
  timeframe: string,
  { ahead, versions }: { readonly ahead: readonly Row[]; readonly versions: readonly Row[] },
): Book {
  const isPending = (row: Row) => row['timeframe'] === timeframe && row['status'] === 'pending';
  const counts = (row: Row) =>
    (row['timeframe'] ?? timeframe) === timeframe &&
    textOf(row, 'validFrom') <= timeframe &&
    timeframe < textOf(row, 'validUntil');
  return {
    ahead: ahead.filter(isPending).map((row) => plain<TradeAhead>(row, 'aheadId')),
    orders: versions.filter(counts).map((row) => plain<Order>(row, 'orderId')),
  };
}

/** A row as the domain has it: numbers for integers, and nothing where it has none. */
function plain<Kind>(row: Row, idColumn: string): Kind {
  const columns = Object.entries(row).filter(([, value]) => value !== null);
  const values = columns.map(([name, value]) => [
    name === idColumn ? 'id' : name,
    typeof value === 'bigint' ? Number(value) : value,
  ]);
  return Object.fromEntries(values);
}
