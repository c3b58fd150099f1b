import { hashOf } from '../endToEnd/canonicalJson.ts';
import type { Row } from './booksOfGrid.ts';
import { amountsOf } from './tampering.ts';

/** So many trades of a grid in one chain, a hundred to a quarter-hour: p0 sells to p1, p1 to p2 … */
export function manyTrades(gridId: string, count: number): readonly Row[] {
  const trades: Row[] = [];
  const start = Date.UTC(2026, 0, 1);
  let previousHash = '0'.repeat(64);
  for (let n = 0; n < count; n += 1) {
    const frame = new Date(start + Math.floor(n / perFrame) * 900_000).toISOString();
    const sequence = (n % perFrame) + 1;
    const terms = { energyWh: sequence, priceMsatPerKwh: 300_000, gridFeeMsatPerKwh: 7_000 };
    const trade = {
      id: `${gridId}.${frame.slice(0, 16).replace(/[-:]/g, '')}Z.0.${sequence}`,
      gridId,
      timeframe: `${frame.slice(0, 16)}:00Z`,
      revision: 0,
      sequence,
      kind: 'peer',
      sellerId: `p${sequence}`,
      buyerId: `p${sequence + 1}`,
      ...terms,
      ...amountsOf(terms),
      previousHash,
    };
    previousHash = hashOf(trade);
    trades.push({ ...trade, hash: previousHash });
  }
  return trades;
}

const perFrame = 100;

/** The legs of such trades, as an export of postings orders them. */
export function postingsOfMany(trades: readonly Row[]): readonly Row[] {
  const legs = trades.flatMap(legsOf);
  const key = (row: Row) => `${row['timeframe']} ${row['accountId']}`;
  return legs.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function legsOf(trade: Row): readonly Row[] {
  const { id: tradeId, timeframe, revision, sequence, energyWh, amountUsat, feeUsat } = trade;
  const of = { tradeId, timeframe, revision, sequence };
  const none = { soldWh: 0, boughtWh: 0, creditUsat: '0', debitUsat: '0' };
  const debitUsat = String(BigInt(String(amountUsat)) + BigInt(String(feeUsat)));
  const sold = { soldWh: energyWh, creditUsat: amountUsat };
  return [
    { ...of, accountId: trade['sellerId'], side: 'sell', ...none, ...sold },
    { ...of, accountId: trade['buyerId'], side: 'buy', ...none, boughtWh: energyWh, debitUsat },
    { ...of, accountId: 'mini-grid', side: 'fee', ...none, creditUsat: feeUsat },
  ];
}
