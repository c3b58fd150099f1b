import { addLeg, type Sums, totalOf } from './accountSums.ts';
import { expectField, Finding } from './finding.ts';
import { legsOf, type PostingRow, postingName } from './postingRow.ts';
import type { TradeRow } from './tradeRow.ts';

const compared = [
  'revision',
  'sequence',
  'accountId',
  'soldWh',
  'boughtWh',
  'creditUsat',
  'debitUsat',
] as const satisfies readonly (keyof PostingRow)[];

/**
 * Checks the postings of one timeframe: none twice, debits = credits and sold = bought in each trade,
 * and with the trades at hand that each leg of each trade is there, and nothing else. Throws a
 * Finding.
 */
export function checkPostings(
  postings: readonly PostingRow[],
  trades: readonly TradeRow[] | undefined,
): void {
  const byName = new Map<string, PostingRow>();
  for (const posting of postings) {
    const name = postingName(posting);
    if (byName.has(name)) throw new Finding(name, 'one of it', 'another');
    byName.set(name, posting);
  }
  if (trades !== undefined) checkLegs(byName, trades);
  for (const [tradeId, legs] of Map.groupBy(postings, (posting) => posting.tradeId)) {
    checkBalance(`postings of trade ${tradeId}`, legs);
  }
}

function checkLegs(byName: Map<string, PostingRow>, trades: readonly TradeRow[]): void {
  const left = new Map(byName);
  for (const trade of trades) {
    for (const leg of legsOf(trade)) {
      const name = postingName(leg);
      const found = left.get(name);
      if (found === undefined) {
        throw new Finding(name, `it on account ${leg.accountId}`, 'none');
      }
      for (const field of compared) expectField(name, field, leg[field], found[field]);
      left.delete(name);
    }
  }
  const [strange] = left.keys();
  if (strange !== undefined) throw new Finding(strange, 'no such posting', 'one');
}

/** Σ debits = Σ credits, Σ sold = Σ bought. */
function checkBalance(thing: string, legs: readonly PostingRow[]): void {
  const sums = new Map<string, Sums>();
  for (const leg of legs) addLeg(sums, leg);
  const { soldWh, boughtWh, creditsUsat, debitsUsat } = totalOf(sums);
  expectField(thing, 'Σ debits', creditsUsat, debitsUsat);
  expectField(thing, 'Σ bought', soldWh, boughtWh);
}
