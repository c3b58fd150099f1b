import type { Closing } from '../../shared/domain/closing.ts';
import type { Line, SeenClosing } from './auditClosing.ts';
import { type Books, check, checkSame, numberOf, textOf } from './books.ts';

/** What is recorded gathers in the month of its timeframe; what corrects, in that it was made in. */
export function auditGathered(
  books: Books,
  chains: ReadonlyMap<string, readonly SeenClosing[]>,
): void {
  const sums = new Map<string, bigint>();
  const recorded = new Set(
    books.table('recorded').map((row) => `${row['gridId']} ${row['timeframe']} ${row['revision']}`),
  );
  for (const { id, timeZone } of books.grids) {
    for (const { closing, trades = [] } of chains.get(id) ?? []) {
      if (!recorded.has(`${id} ${closing.timeframe} ${closing.revision}`)) continue;
      const month = billedIn(closing, timeZone);
      const add = (account: unknown, side: string, energyWh: bigint) => {
        const key = `${id} ${month} ${account} ${side}`;
        sums.set(key, (sums.get(key) ?? 0n) + energyWh);
      };
      for (const trade of trades) {
        add(trade['sellerId'], 'soldWh', numberOf(trade, 'energyWh'));
        add(trade['buyerId'], 'boughtWh', numberOf(trade, 'energyWh'));
      }
    }
  }
  for (const row of books.table('gathered')) {
    for (const side of ['soldWh', 'boughtWh'] as const) {
      const key = `${row['gridId']} ${row['period']} ${row['accountId']} ${side}`;
      checkSame(row[side], sums.get(key) ?? 0n, `what gathered as ${key}`);
      sums.delete(key);
    }
  }
  checkSame([...sums.keys()].join(), '', 'what gathered nowhere');
}

const months = new Map<string, string>();

/** The local month that the trades of a closing are billed in. */
export function billedIn({ timeframe, revision, closedAt }: Closing, timeZone: string): string {
  const own = monthOf(timeframe, timeZone);
  const madeIn = monthOf(closedAt, timeZone);
  return revision > 0 && madeIn > own ? madeIn : own;
}

function monthOf(instant: string, timeZone: string): string {
  const key = `${instant} ${timeZone}`;
  const known = months.get(key);
  if (known !== undefined) return known;
  const month = new Date(instant).toLocaleDateString('sv-SE', { timeZone }).slice(0, 7);
  months.set(key, month);
  return month;
}

/** Rosters hold the sum of the latest lines of all closings that they have. */
export function auditTotals(
  books: Books,
  chains: ReadonlyMap<string, readonly SeenClosing[]>,
): void {
  for (const total of books.table('totals')) {
    const chain = chains.get(String(total['gridId'])) ?? [];
    const through = numberOf(total, 'closingNumber');
    check(through <= chain.length, `${total['gridId']} has totals of closings to come`);
    const lines = new Map<string, ReadonlyMap<string, Line>>();
    for (const seen of chain.slice(0, Number(through)))
      lines.set(seen.closing.timeframe, seen.lines);
    const sums = new Map<string, { producedWh: number; consumedWh: number }>();
    for (const [id, line] of [...lines.values()].flatMap((each) => [...each])) {
      const sum = sums.get(id) ?? { producedWh: 0, consumedWh: 0 };
      sum.producedWh += line.producedWh;
      sum.consumedWh += line.consumedWh;
      sums.set(id, sum);
    }
    for (const side of ['producedWh', 'consumedWh'] as const) {
      let all = 0;
      for (const member of books.table('members')) {
        if (member['gridId'] !== total['gridId']) continue;
        const sum = sums.get(textOf(member, 'prosumerId'))?.[side] ?? 0;
        checkSame(Number(member[side]), sum, `${side} of ${member['prosumerId']}`);
        all += sum;
      }
      checkSame(Number(total[side]), all, `${side} of ${total['gridId']}`);
    }
    const last = chain[Number(through) - 1]?.closing;
    checkSame(total['lastClosedTimeframe'], last?.closedThrough ?? null, 'how far totals are');
  }
}
