import { hashOf } from './canonicalJson.ts';
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

/** Settles every timeframe of a grid, from its first to its last. */
export function settle(
  grid: ModelGrid,
  prosumers: readonly ModelProsumer[],
  readings: readonly ModelReading[],
): ModelOutcome {
  const chain: ModelTrade[] = [];
  const timeframes: ModelTimeframe[] = [];
  const nettos: ModelNetto[] = [];
  const readingsBy = Map.groupBy(readings, ({ timeframe }) => timeframe);
  for (const timeframe of startsOf(grid)) {
    const members = prosumers.filter(
      ({ activeFrom = grid.activeFrom, activeUntil = grid.activeUntil }) =>
        activeFrom <= timeframe && timeframe < activeUntil,
    );
    const lines = members
      .map(({ id }) => nettoOf(id, timeframe, readingsBy.get(timeframe) ?? []))
      .sort((a, b) => Buffer.compare(Buffer.from(a.prosumerId), Buffer.from(b.prosumerId)));
    const previousHash = chain.at(-1)?.hash ?? noHash;
    const positions = lines.map(({ prosumerId, nettoWh }) => ({
      id: prosumerId,
      energyWh: BigInt(nettoWh),
    }));
    const trades: ModelTrade[] = [];
    for (const deal of dealsOf(positions)) {
      const trade = tradeOf(grid, timeframe, trades.length + 1, deal, chain.at(-1)?.hash);
      trades.push(trade);
      chain.push(trade);
    }
    nettos.push(...lines);
    timeframes.push(
      timeframeOf(grid, timeframe, timeframes.length + 1, lines, trades, previousHash),
    );
  }
  return { trades: chain, timeframes, nettos, accounts: accountsOf(prosumers, chain) };
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
  };
}

function tradeOf(
  grid: ModelGrid,
  timeframe: string,
  sequence: number,
  deal: Deal,
  previousHash = noHash,
) {
  const priceMsatPerKwh = {
    peer: peerPriceOf(grid),
    import: grid.importPriceMsatPerKwh,
    export: grid.exportPriceMsatPerKwh,
  }[deal.kind];
  const gridFeeMsatPerKwh = deal.kind === 'peer' ? grid.gridFeeMsatPerKwh : 0;
  const compact = timeframe.replace(/[-:]/g, '').replace('00Z', 'Z');
  const trade = {
    id: `${grid.id}.${compact}.0.${sequence}`,
    gridId: grid.id,
    timeframe,
    revision: 0,
    sequence,
    kind: deal.kind,
    sellerId: deal.sellerId,
    buyerId: deal.buyerId,
    energyWh: Number(deal.energyWh),
    priceMsatPerKwh,
    gridFeeMsatPerKwh,
    amountUsat: String(deal.energyWh * BigInt(priceMsatPerKwh)),
    feeUsat: String(deal.energyWh * BigInt(gridFeeMsatPerKwh)),
    previousHash,
  };
  return { ...trade, hash: hashOf(trade) };
}

/** The mean of import and export; of a half the even neighbour. */
function peerPriceOf(grid: ModelGrid): number {
  if (grid.fixedPriceMsatPerKwh !== undefined) return grid.fixedPriceMsatPerKwh;
  const sum = BigInt(grid.importPriceMsatPerKwh) + BigInt(grid.exportPriceMsatPerKwh);
  const below = sum / 2n;
  return Number(sum % 2n === 1n && below % 2n === 1n ? below + 1n : below);
}

function timeframeOf(
  grid: ModelGrid,
  timeframe: string,
  closingNumber: number,
  lines: readonly ModelNetto[],
  trades: readonly ModelTrade[],
  previousHash: string,
) {
  const energyOf = (kind: string) =>
    trades.reduce((sum, trade) => sum + (trade.kind === kind ? trade.energyWh : 0), 0);
  const count = (status: string) => lines.filter((line) => line.status === status).length;
  const { importPriceMsatPerKwh, exportPriceMsatPerKwh, gridFeeMsatPerKwh } = grid;
  const producedWh = lines.reduce((sum, line) => sum + line.producedWh, 0);
  const consumedWh = lines.reduce((sum, line) => sum + line.consumedWh, 0);
  return {
    timeframe,
    status: 'settled',
    revision: 0,
    producedWh,
    consumedWh,
    nettoWh: producedWh - consumedWh,
    tradedWh: energyOf('peer'),
    importedWh: energyOf('import'),
    exportedWh: energyOf('export'),
    priceMsatPerKwh: peerPriceOf(grid),
    tariff: { importPriceMsatPerKwh, exportPriceMsatPerKwh, gridFeeMsatPerKwh },
    tradeCount: trades.length,
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
  // The accounts that belong to no prosumer begin with what is first posted on them.
  const reserved = [
    ...(trades.some(({ feeUsat }) => feeUsat !== '0') ? ['mini-grid'] : []),
    ...(trades.some(({ kind }) => kind !== 'peer') ? ['power-plant'] : []),
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
