import type { GridId } from '../../shared/domain/ids.ts';
import type { Trade } from '../../shared/domain/trade.ts';
import type { StoredClosing } from '../../shared/ports/closingStore.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { auditAccounts, auditChain, auditPostings, auditRoster, check } from './auditBooks.ts';
import { type History, instantAt, startOf } from './history.ts';
import type { ModelTimeframe } from './model.ts';

const rowsMax = 10_000;
const kindsAhead = new Set(['grid']);

/** What is left of an account. */
type Left = { readonly netWh: bigint; readonly balanceUsat: bigint };

/**
 * What a grid shows in the end, timeframe by timeframe, in the words of the model. Throws where what
 * is recorded does not hold together: chain, postings, sums, and each trade once.
 */
export async function outcomeOf(history: History, ports: Ports) {
  const gridId = history.gridId as GridId;
  const closings = await closingsOf(ports, gridId);
  const trades = (await ports.trades.list(gridId, {}, { limit: rowsMax })).items;
  const postings = (await ports.ledger.listGridPostings(gridId, {}, { limit: rowsMax })).items;
  auditChain(closings, trades);
  auditPostings(trades, postings);
  await auditAccounts(ports, gridId, postings);
  const timeframes = [];
  for (let at = 0; at < history.timeframes; at += 1) {
    const timeframe = instantAt(history, startOf(history, at));
    const revisions = closings.filter((closing) => closing.timeframe === timeframe);
    const latest = revisions.at(-1);
    check(latest !== undefined, `${timeframe} never closed`);
    check(
      revisions.every(({ revision }, index) => revision === index),
      `revisions of ${timeframe} do not follow each other`,
    );
    check(latest.status === 'settled', `${timeframe} is not settled`);
    const own = trades.filter((trade) => trade.timeframe === timeframe);
    timeframes.push(await shown(ports, gridId, latest, own));
  }
  await auditRoster(ports, gridId, timeframes);
  return timeframes;
}

async function closingsOf({ closings }: Ports, gridId: GridId): Promise<readonly StoredClosing[]> {
  const last = await closings.last(gridId);
  const all: StoredClosing[] = [];
  for (let number = 1; number <= (last?.closingNumber ?? 0); number += 1) {
    const closing = await closings.byNumber(gridId, number);
    check(closing !== undefined, `closing ${number} is missing`);
    all.push(closing);
  }
  return all;
}

async function shown(
  { closings }: Ports,
  gridId: GridId,
  closing: StoredClosing,
  trades: readonly Trade[],
): Promise<Omit<ModelTimeframe, 'ahead'> & { readonly ahead: readonly unknown[] }> {
  const lines = (await closings.nettos(gridId, closing.nettosId))
    .filter(({ status }) => status !== 'missing')
    .map(({ prosumerId, producedWh, consumedWh, status }) => ({
      ...{ prosumerId, status: status as 'received' | 'estimated' },
      ...{ producedWh: BigInt(producedWh), consumedWh: BigInt(consumedWh) },
    }));
  const { expected, received, missing, estimated } = closing.readings;
  check(expected === received + missing + estimated, 'readings are counted wrongly');
  const countOf = (of: string) => lines.filter(({ status }) => status === of).length;
  check(countOf('received') === received, 'another number of readings was received');
  check(countOf('estimated') === estimated, 'another number of readings was estimated');
  check(closing.nettoWh === closing.producedWh - closing.consumedWh, 'the netto is another');
  const first = trades.filter(({ revision }) => revision === 0);
  const ahead = first.filter(({ kind }) => kindsAhead.has(kind));
  check(
    ahead.every(({ sequence }, index) => sequence === index + 1),
    'trades ahead are not the first',
  );
  return {
    producedWh: BigInt(closing.producedWh),
    consumedWh: BigInt(closing.consumedWh),
    tradedWh: BigInt(closing.tradedWh),
    importedWh: BigInt(closing.importedWh),
    exportedWh: BigInt(closing.exportedWh),
    price: BigInt(closing.priceMsatPerKwh),
    isLate: closing.hasLateReadings,
    lines,
    ahead: ahead.map(({ sellerId, buyerId, energyWh, priceMsatPerKwh, gridFeeMsatPerKwh }) => ({
      ...{ sellerId, buyerId, energyWh: BigInt(energyWh) },
      ...{ price: BigInt(priceMsatPerKwh), fee: BigInt(gridFeeMsatPerKwh) },
    })),
    accounts: leftOf(trades),
  };
}

/** What trades leave of each account, by their own figures; of some, nothing. */
function leftOf(trades: readonly Trade[]): ReadonlyMap<string, Left> {
  const left = new Map<string, Left>();
  const move = (id: string, byWh: bigint, byUsat: bigint) => {
    const { netWh, balanceUsat } = left.get(id) ?? { netWh: 0n, balanceUsat: 0n };
    left.set(id, { netWh: netWh + byWh, balanceUsat: balanceUsat + byUsat });
  };
  for (const { sellerId, buyerId, energyWh, ...trade } of trades) {
    const amountUsat = BigInt(energyWh) * BigInt(trade.priceMsatPerKwh);
    const feeUsat = BigInt(energyWh) * BigInt(trade.gridFeeMsatPerKwh);
    check(energyWh > 0 && sellerId !== buyerId, 'a trade is of nothing, or with itself');
    check(trade.amountUsat === amountUsat && trade.feeUsat === feeUsat, 'an amount is another');
    move(sellerId, BigInt(energyWh), amountUsat);
    move(buyerId, -BigInt(energyWh), -amountUsat - feeUsat);
    move('mini-grid', 0n, feeUsat);
  }
  return new Map(
    [...left]
      .filter(([, { netWh, balanceUsat }]) => netWh !== 0n || balanceUsat !== 0n)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
