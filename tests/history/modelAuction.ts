import { type Share, shareOut } from '../endToEnd/modelPool.ts';
import type { HistoryMarket } from './history.ts';
import type { Bid, Cleared } from './modelBid.ts';
import { type FrameTerms, halfEven, quoteOf } from './modelTerms.ts';

type AuctionRule = Extract<HistoryMarket, { readonly kind: 'auction' }>;
/** Energy of one account that is for sale from a limit on, or wanted up to one. */
type Lot = Share & { readonly limit: bigint };

/** An auction by trial: each limit is tried as the price, and what would change hands is counted. */
export function clearAuction(
  sellers: readonly Share[],
  buyers: readonly Share[],
  terms: FrameTerms,
  rule: AuctionRule,
  bids: readonly Bid[],
): Cleared {
  const { importPrice, exportPrice, gridFee, importFee } = terms;
  const plantTakes = importPrice + importFee - gridFee;
  const asks = sellers
    .flatMap((seller) =>
      lotsOf(seller, bidsOf(bids, seller.id, 'sell'), BigInt(rule.sellLimit ?? exportPrice)),
    )
    .map((lot) => (lot.limit < exportPrice ? { ...lot, limit: exportPrice } : lot));
  const offers = buyers
    .flatMap((buyer) =>
      lotsOf(buyer, bidsOf(bids, buyer.id, 'buy'), BigInt(rule.buyLimit ?? plantTakes)),
    )
    .map((lot) => (lot.limit > plantTakes ? { ...lot, limit: plantTakes } : lot));

  const limits = [...asks, ...offers].map(({ limit }) => limit);
  const supplyAt = (price: bigint) => total(asks.filter(({ limit }) => limit <= price));
  const demandAt = (price: bigint) => total(offers.filter(({ limit }) => limit >= price));
  const volumes = limits.map((price) => least(supplyAt(price), demandAt(price)));
  const volume = volumes.reduce((most, each) => (each > most ? each : most), 0n);
  if (volume === 0n) return { price: quoteOf(terms), peers: new Map() };

  // The dearest ask and the cheapest offer without which the volume would be less.
  const ascending = limits.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const dearestAsk = ascending.find((price) => supplyAt(price) >= volume);
  const cheapestOffer = ascending.findLast((price) => demandAt(price) >= volume);
  if (dearestAsk === undefined || cheapestOffer === undefined) throw new Error('no marginal limit');
  const isKeenerAsk = ({ limit }: Lot) => limit < dearestAsk;
  const isKeenerOffer = ({ limit }: Lot) => limit > cheapestOffer;
  const peers = new Map<string, bigint>();
  const give = ({ id, energyWh }: Share) => peers.set(id, (peers.get(id) ?? 0n) + energyWh);
  for (const lot of [...asks.filter(isKeenerAsk), ...offers.filter(isKeenerOffer)]) give(lot);
  const askedAtMargin = asks.filter(({ limit }) => limit === dearestAsk);
  const offeredAtMargin = offers.filter(({ limit }) => limit === cheapestOffer);
  const askedLeft = volume - total(asks.filter(isKeenerAsk));
  const offeredLeft = volume - total(offers.filter(isKeenerOffer));
  for (const share of shareOut(byAccount(askedAtMargin), askedLeft)) give(share);
  for (const share of shareOut(byAccount(offeredAtMargin), offeredLeft)) give(share);
  return { price: halfEven(dearestAsk + cheapestOffer, 2n), peers };
}

/** Orders for the timeframe take the place of standing ones. */
function bidsOf(bids: readonly Bid[], prosumerId: string, side: Bid['side']): readonly Bid[] {
  const own = bids.filter((bid) => bid.prosumerId === prosumerId && bid.side === side);
  const isKeener = (a: Bid, b: Bid) => (side === 'sell' ? a.limit < b.limit : a.limit > b.limit);
  const special = own.filter(({ isForTimeframe }) => isForTimeframe);
  return (special.length > 0 ? special : own).toSorted((a, b) => {
    if (a.limit !== b.limit) return isKeener(a, b) ? -1 : 1;
    return a.id < b.id ? -1 : 1;
  });
}

/** An order counts for no more than there is; what no order covers is there at the default limit. */
function lotsOf({ id, energyWh }: Share, bids: readonly Bid[], defaultLimit: bigint): Lot[] {
  const lots: Lot[] = [];
  let left = energyWh;
  for (const bid of bids) {
    const taken = least(bid.energyWh ?? left, left);
    lots.push({ id, energyWh: taken, limit: bid.limit });
    left -= taken;
  }
  lots.push({ id, energyWh: left, limit: defaultLimit });
  return lots.filter((lot) => lot.energyWh > 0n);
}

/** One share for each account, in the order in which they come. */
function byAccount(lots: readonly Lot[]): Share[] {
  const shares = new Map<string, bigint>();
  for (const { id, energyWh } of lots) shares.set(id, (shares.get(id) ?? 0n) + energyWh);
  return [...shares].map(([id, energyWh]) => ({ id, energyWh }));
}

function total(lots: readonly Lot[]): bigint {
  return lots.reduce((sum, { energyWh }) => sum + energyWh, 0n);
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
