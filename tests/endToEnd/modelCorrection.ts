import type { Deal } from './modelPool.ts';

/** What is traded, before it has a place in the chain. */
export type Terms = {
  readonly kind: Deal['kind'] | 'correction';
  readonly sellerId: string;
  readonly buyerId: string;
  readonly energyWh: bigint;
  readonly priceMsatPerKwh: number;
  readonly gridFeeMsatPerKwh: number;
};
/** Prices of a timeframe, which a correction does not change. */
export type Prices = {
  readonly peerMsatPerKwh: number;
  readonly importMsatPerKwh: number;
  readonly exportMsatPerKwh: number;
  readonly feeMsatPerKwh: number;
};

const miniGrid = 'mini-grid';
const powerPlant = 'power-plant';

/** The deals of a pool at their prices: who buys from a neighbour pays the fee. */
export function termsOfDeals(deals: readonly Deal[], prices: Prices): Terms[] {
  const priceOf = {
    peer: prices.peerMsatPerKwh,
    import: prices.importMsatPerKwh,
    export: prices.exportMsatPerKwh,
  };
  return deals.map((deal) => ({
    ...deal,
    priceMsatPerKwh: priceOf[deal.kind],
    gridFeeMsatPerKwh: deal.kind === 'peer' ? prices.feeMsatPerKwh : 0,
  }));
}

/**
 * What is traded so that everybody ends where the deals that should have been made lead: home by home,
 * what it sold, bought, exported and imported too much or too little. With the mini grid in place of
 * the neighbours; of what was bought too much the fee comes back in the price.
 */
export function correctionsOf(
  before: readonly Deal[],
  after: readonly Deal[],
  { peerMsatPerKwh, importMsatPerKwh, exportMsatPerKwh, feeMsatPerKwh }: Prices,
): Terms[] {
  const parties = [...before, ...after].flatMap(({ sellerId, buyerId }) => [sellerId, buyerId]);
  const homes = [...new Set(parties)].filter((id) => id !== powerPlant).sort();
  const terms: Terms[] = [];
  for (const home of homes) {
    const moreOf = (kind: Deal['kind'], role: 'sellerId' | 'buyerId') =>
      sumOf(after, kind, role, home) - sumOf(before, kind, role, home);
    /** Above zero the seller hands over that much; below, the buyer hands it back. */
    const move = (
      energyWh: bigint,
      [sellerId, buyerId]: readonly [string, string],
      [priceMsatPerKwh, gridFeeMsatPerKwh]: readonly [number, number],
    ) => {
      const kind = 'correction' as const;
      const isMore = energyWh > 0n;
      if (energyWh === 0n) return;
      terms.push({
        kind,
        sellerId: isMore ? sellerId : buyerId,
        buyerId: isMore ? buyerId : sellerId,
        energyWh: isMore ? energyWh : -energyWh,
        priceMsatPerKwh: isMore ? priceMsatPerKwh : priceMsatPerKwh + gridFeeMsatPerKwh,
        gridFeeMsatPerKwh: isMore ? gridFeeMsatPerKwh : 0,
      });
    };
    move(moreOf('peer', 'sellerId'), [home, miniGrid], [peerMsatPerKwh, 0]);
    move(moreOf('peer', 'buyerId'), [miniGrid, home], [peerMsatPerKwh, feeMsatPerKwh]);
    move(moreOf('export', 'sellerId'), [home, powerPlant], [exportMsatPerKwh, 0]);
    move(moreOf('import', 'buyerId'), [powerPlant, home], [importMsatPerKwh, 0]);
  }
  return terms;
}

function sumOf(
  deals: readonly Deal[],
  kind: Deal['kind'],
  role: 'sellerId' | 'buyerId',
  home: string,
): bigint {
  const own = deals.filter((deal) => deal.kind === kind && deal[role] === home);
  return own.reduce((sum, { energyWh }) => sum + energyWh, 0n);
}
