import { hashOf } from './canonicalJson.ts';
import { correctionsOf, type Prices, type Terms, termsOfDeals } from './modelCorrection.ts';
import { type Deal, dealsOf } from './modelPool.ts';

/**
 * What the app must come to, worked out apart from it from the rules of the market alone, as plainly
 * as they can be said and however slow that is. It imports nothing of the app.
 */
export type ModelGrid = {
  readonly id: string;
  readonly timeframeMinutes: number;
  readonly activeFrom: string;
  readonly activeUntil: string;
  readonly importPriceMsatPerKwh: number;
  readonly exportPriceMsatPerKwh: number;
  readonly gridFeeMsatPerKwh: number;
  /** Absent: half-way between import and export. */
  readonly fixedPriceMsatPerKwh?: number;
};
export type ModelProsumer = {
  readonly id: string;
  readonly activeFrom?: string;
  readonly activeUntil?: string;
};
export type ModelReading = {
  readonly prosumerId: string;
  readonly timeframe: string;
  readonly producedWh: number;
  readonly consumedWh: number;
  readonly version?: number;
  readonly quality?: string;
};

/** Trades, timeframes, nettos and accounts in the fields and the order in which the API shows them. */
export type ModelOutcome = {
  readonly trades: readonly ModelTrade[];
  readonly timeframes: readonly ModelTimeframe[];
  /** Per prosumer and timeframe, by timeframe and then id. */
  readonly nettos: readonly ModelNetto[];
  /** By id. */
  readonly accounts: readonly ModelAccount[];
};
export type ModelTrade = ReturnType<typeof tradeOf>;
export type ModelTimeframe = ReturnType<typeof timeframeOf>;
export type ModelNetto = ReturnType<typeof nettoOf>;
export type ModelAccount = ReturnType<typeof accountsOf>[number];

const msPerMinute = 60_000;
const noHash = '0'.repeat(64);

/** The latest revision of a timeframe, and what was dealt in it. */
type ModelClosing = {
  readonly timeframe: ModelTimeframe;
  readonly lines: readonly ModelNetto[];
  readonly deals: readonly Deal[];
};

/**
 * Settles every timeframe of a grid, from its first to its last, with the readings that came in time;
 * then, for each lot that came late, those again that it changes, from the oldest to the newest.
 */
export function settle(
  grid: ModelGrid,
  prosumers: readonly ModelProsumer[],
  readings: readonly ModelReading[],
  late: readonly (readonly ModelReading[])[] = [],
): ModelOutcome {
  const chain: ModelTrade[] = [];
  const closings = new Map<string, ModelClosing>();
  const known = Map.groupBy(readings, ({ timeframe }) => timeframe);
  let closingNumber = 0;
  const close = (timeframe: string) => {
    const lines = linesOf(grid, prosumers, timeframe, known.get(timeframe) ?? []);
    const deals = dealsOf(
      lines.map(({ prosumerId, nettoWh }) => ({ id: prosumerId, energyWh: BigInt(nettoWh) })),
    );
    const before = closings.get(timeframe);
    const prices = pricesOf(grid);
    const terms = before ? correctionsOf(before.deals, deals, prices) : termsOfDeals(deals, prices);
    const revision = before ? before.timeframe.revision + 1 : 0;
    const previousHash = chain.at(-1)?.hash ?? noHash;
    const trades: ModelTrade[] = [];
    for (const each of terms) {
      const place = { timeframe, revision, sequence: trades.length + 1 };
      trades.push(tradeOf(grid, place, each, trades.at(-1)?.hash ?? previousHash));
    }
    chain.push(...trades);
    closingNumber += 1;
    const place = { timeframe, revision, closingNumber, previousHash };
    const shown = timeframeOf(grid, place, { lines, deals, trades }, before?.timeframe.tradeCount);
    closings.set(timeframe, {
      timeframe: shown,
      lines: lines.map((line) => ({ ...line, revision })),
      deals,
    });
  };
  for (const timeframe of startsOf(grid)) close(timeframe);
  for (const lot of late) {
    const changed = Map.groupBy(lot, ({ timeframe }) => timeframe);
    for (const [timeframe, came] of [...changed].sort(([a], [b]) => (a < b ? -1 : 1))) {
      known.set(timeframe, [...(known.get(timeframe) ?? []), ...came]);
      close(timeframe);
    }
  }
  const inOrder = [...closings.values()];
  return {
    trades: chain.toSorted(byPlace),
    timeframes: inOrder.map(({ timeframe }) => timeframe),
    nettos: inOrder.flatMap(({ lines }) => lines),
    accounts: accountsOf(prosumers, chain),
  };
}

function linesOf(
  grid: ModelGrid,
  prosumers: readonly ModelProsumer[],
  timeframe: string,
  readings: readonly ModelReading[],
): ModelNetto[] {
  const members = prosumers.filter(
    ({ activeFrom = grid.activeFrom, activeUntil = grid.activeUntil }) =>
      activeFrom <= timeframe && timeframe < activeUntil,
  );
  return members
    .map(({ id }) => nettoOf(id, timeframe, readings))
    .sort((a, b) => Buffer.compare(Buffer.from(a.prosumerId), Buffer.from(b.prosumerId)));
}

/** As they are listed, which is not their order in the chain. */
function byPlace(a: ModelTrade, b: ModelTrade): number {
  if (a.timeframe !== b.timeframe) return a.timeframe < b.timeframe ? -1 : 1;
  return a.revision - b.revision || a.sequence - b.sequence;
}

function startsOf({ activeFrom, activeUntil, timeframeMinutes }: ModelGrid): string[] {
  const starts: string[] = [];
  const end = Date.parse(activeUntil);
  for (let ms = Date.parse(activeFrom); ms < end; ms += timeframeMinutes * msPerMinute) {
    starts.push(new Date(ms).toISOString().replace('.000Z', 'Z'));
  }
  return starts;
}

function nettoOf(prosumerId: string, timeframe: string, readings: readonly ModelReading[]) {
  const [latest] = readings
    .filter((reading) => reading.prosumerId === prosumerId)
    .sort((a, b) => (b.version ?? 1) - (a.version ?? 1));
  const { producedWh = 0, consumedWh = 0, quality } = latest ?? {};
  const status = latest === undefined ? 'missing' : quality === 'estimated' ? quality : 'received';
  return {
    prosumerId,
    timeframe,
    producedWh,
    consumedWh,
    nettoWh: producedWh - consumedWh,
    status,
    revision: 0,
  };
}

function tradeOf(
  grid: ModelGrid,
  { timeframe, revision, sequence }: Pick<Place, 'timeframe' | 'revision'> & { sequence: number },
  { energyWh, priceMsatPerKwh, gridFeeMsatPerKwh, ...terms }: Terms,
  previousHash: string,
) {
  const compact = timeframe.replace(/[-:]/g, '').replace('00Z', 'Z');
  const trade = {
    id: `${grid.id}.${compact}.${revision}.${sequence}`,
    gridId: grid.id,
    timeframe,
    revision,
    sequence,
    ...terms,
    energyWh: Number(energyWh),
    priceMsatPerKwh,
    gridFeeMsatPerKwh,
    amountUsat: String(energyWh * BigInt(priceMsatPerKwh)),
    feeUsat: String(energyWh * BigInt(gridFeeMsatPerKwh)),
    ...(revision === 0 ? {} : { correctsTimeframeRevision: revision - 1 }),
    previousHash,
  };
  return { ...trade, hash: hashOf(trade) };
}

function pricesOf(grid: ModelGrid): Prices {
  return {
    peerMsatPerKwh: peerPriceOf(grid),
    importMsatPerKwh: grid.importPriceMsatPerKwh,
    exportMsatPerKwh: grid.exportPriceMsatPerKwh,
    feeMsatPerKwh: grid.gridFeeMsatPerKwh,
  };
}

/** The mean of import and export; of a half the even neighbour. */
function peerPriceOf(grid: ModelGrid): number {
  if (grid.fixedPriceMsatPerKwh !== undefined) return grid.fixedPriceMsatPerKwh;
  const sum = BigInt(grid.importPriceMsatPerKwh) + BigInt(grid.exportPriceMsatPerKwh);
  const below = sum / 2n;
  return Number(sum % 2n === 1n && below % 2n === 1n ? below + 1n : below);
}

type Place = {
  readonly timeframe: string;
  readonly revision: number;
  readonly closingNumber: number;
  readonly previousHash: string;
};

/** What was dealt is that of the timeframe as a whole; of the trades, those of the revision alone. */
function timeframeOf(
  grid: ModelGrid,
  { timeframe, revision, closingNumber, previousHash }: Place,
  {
    lines,
    deals,
    trades,
  }: Pick<ModelClosing, 'lines' | 'deals'> & { readonly trades: readonly ModelTrade[] },
  earlierTradeCount = 0,
) {
  const energyOf = (kind: string) =>
    deals.reduce((sum, deal) => sum + (deal.kind === kind ? Number(deal.energyWh) : 0), 0);
  const count = (status: string) => lines.filter((line) => line.status === status).length;
  const { importPriceMsatPerKwh, exportPriceMsatPerKwh, gridFeeMsatPerKwh } = grid;
  const producedWh = lines.reduce((sum, line) => sum + line.producedWh, 0);
  const consumedWh = lines.reduce((sum, line) => sum + line.consumedWh, 0);
  return {
    timeframe,
    status: 'settled',
    revision,
    producedWh,
    consumedWh,
    nettoWh: producedWh - consumedWh,
    tradedWh: energyOf('peer'),
    importedWh: energyOf('import'),
    exportedWh: energyOf('export'),
    priceMsatPerKwh: peerPriceOf(grid),
    tariff: { importPriceMsatPerKwh, exportPriceMsatPerKwh, gridFeeMsatPerKwh },
    tradeCount: earlierTradeCount + trades.length,
    revisionTradeCount: trades.length,
    closingNumber,
    readings: {
      expected: lines.length,
      received: count('received'),
      missing: count('missing'),
      estimated: count('estimated'),
    },
    hasLateReadings: false,
    previousHash,
    hash: trades.at(-1)?.hash ?? previousHash,
  };
}

function accountsOf(prosumers: readonly ModelProsumer[], trades: readonly ModelTrade[]) {
  const isParty = (id: string) =>
    trades.some(({ sellerId, buyerId }) => sellerId === id || buyerId === id);
  // The accounts that belong to no prosumer begin with what is first posted on them.
  const reserved = [
    ...(trades.some(({ feeUsat }) => feeUsat !== '0') || isParty('mini-grid') ? ['mini-grid'] : []),
    ...(isParty('power-plant') ? ['power-plant'] : []),
  ];
  const ids = [...prosumers.map(({ id }) => id), ...reserved].sort();
  return ids.map((accountId) => {
    let [sold, bought, credits, debits] = [0n, 0n, 0n, 0n];
    for (const { sellerId, buyerId, energyWh, amountUsat, feeUsat } of trades) {
      if (sellerId === accountId) {
        sold += BigInt(energyWh);
        credits += BigInt(amountUsat);
      }
      if (buyerId === accountId) {
        bought += BigInt(energyWh);
        debits += BigInt(amountUsat) + BigInt(feeUsat);
      }
      if (accountId === 'mini-grid') credits += BigInt(feeUsat);
    }
    return {
      accountId,
      soldWh: Number(sold),
      boughtWh: Number(bought),
      creditsUsat: String(credits),
      debitsUsat: String(debits),
      balanceUsat: String(credits - debits),
    };
  });
}
