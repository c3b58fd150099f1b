import type { Static } from 'typebox';
import { type Caller, isWithin } from '../domain/caller.ts';
import type { Closing } from '../domain/closing.ts';
import { espiQualityOf } from '../domain/espiQuality.ts';
import type { ExplainedMarket } from '../domain/explainMarket.ts';
import { explainPosition } from '../domain/explainPosition.ts';
import type { ExplainedPrice } from '../domain/explainPrice.ts';
import type { ExplainedQuota, ExplainedShare } from '../domain/explainShare.ts';
import type { Terms } from '../domain/grid.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { Posting } from '../domain/ledger.ts';
import type { NettoLine } from '../domain/netto.ts';
import type { TradeAhead } from '../domain/order.ts';
import type { Reading } from '../domain/reading.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import type { Trade } from '../domain/trade.ts';
import type { Explanation } from '../schemas/explain.ts';
import type { DeepReadonly } from '../schemas/input.ts';
import { transactionBody } from './prosumerBody.ts';

type Body = DeepReadonly<Static<typeof Explanation>>;
type RevisionBody = Body['revisions'][number];
type MarketBody = NonNullable<RevisionBody['market']>;

type Revision = {
  readonly closing: Closing;
  readonly line?: NettoLine;
  readonly market?: ExplainedMarket;
  readonly corrected?: ExplainedMarket;
  readonly transactions: readonly { readonly posting: Posting; readonly trade: Trade }[];
};

/** How a prosumer was settled in a timeframe, as the API shows it. */
export function explainBody(explained: {
  readonly gridId: GridId;
  readonly prosumerId: ProsumerId;
  readonly timeframe: Timeframe;
  readonly terms: Terms;
  readonly readings: readonly Reading[];
  readonly isPurged: boolean;
  readonly ahead: readonly TradeAhead[];
  readonly revisions: readonly Revision[];
}): Body {
  const { gridId, prosumerId, timeframe, terms, readings, isPurged, ahead, revisions } = explained;
  return {
    gridId,
    prosumerId,
    timeframe,
    tariff: terms.tariff,
    readings: readings.map((reading) => readingBody(reading, revisions)),
    ...(isPurged && { readingsDeleted: true }),
    tradesAhead: ahead.map(aheadBody),
    revisions: revisions.map((revision) => revisionBody(revision, ahead)),
  };
}

/** The same, for others than operators without who posted its readings. */
export function explainBodyFor(
  caller: Caller,
  explained: Parameters<typeof explainBody>[0],
): ReturnType<typeof explainBody> {
  const body = explainBody(explained);
  if (isWithin(caller.operates, explained.gridId)) return body;
  const readings = body.readings.map(({ postedBy: _, ...reading }) => reading);
  return { ...body, readings };
}

function readingBody(reading: Reading, revisions: readonly Revision[]): Body['readings'][number] {
  const { version, producedWh, consumedWh, quality, checks = [], source } = reading;
  const { receivedAt, postedBy } = reading;
  const usedInRevisions = revisions
    .filter(({ line }) => line?.version === version)
    .map(({ closing }) => closing.revision);
  return {
    version,
    producedWh,
    consumedWh,
    quality,
    checks,
    espiQuality: espiQualityOf(reading),
    source,
    receivedAt,
    ...(postedBy && { postedBy }),
    usedInRevisions,
  };
}

function aheadBody(trade: TradeAhead): Body['tradesAhead'][number] {
  const { id, side, energyWh, priceMsatPerKwh, gridFeeMsatPerKwh, acceptedAt } = trade;
  const positionWh = side === 'sell' ? -energyWh : energyWh;
  return { id, side, energyWh, priceMsatPerKwh, gridFeeMsatPerKwh, acceptedAt, positionWh };
}

function revisionBody(
  { closing, line, market, corrected, transactions }: Revision,
  ahead: readonly TradeAhead[],
): RevisionBody {
  const { revision, closingNumber, status, closedAt, tradeCount, previousHash, hash } = closing;
  return {
    revision,
    closingNumber,
    status,
    closedAt,
    ...(line && { netto: nettoBody(line) }),
    position: explainPosition(line, ahead),
    ...(market && { market: marketBody(market, corrected) }),
    transactions: transactions.map(transactionBody),
    tradeCount,
    previousHash,
    hash,
  };
}

function nettoBody(line: NettoLine): NonNullable<RevisionBody['netto']> {
  const { producedWh, consumedWh, status, version } = line;
  return { producedWh, consumedWh, nettoWh: producedWh - consumedWh, status, version };
}

function marketBody(
  { price, share, ...market }: ExplainedMarket,
  corrected: ExplainedMarket | undefined,
): MarketBody {
  return {
    ...market,
    price: priceBody(price),
    ...(share && { share: shareBody(share) }),
    ...(corrected && { corrected: corrected.outcome }),
  };
}

function priceBody({ margin, quotient, ...price }: ExplainedPrice): MarketBody['price'] {
  return {
    ...price,
    ...margin,
    ...(quotient && {
      numerator: quotient.numerator.toString(),
      denominator: quotient.denominator.toString(),
    }),
  };
}

function shareBody({ quota, ...share }: ExplainedShare): NonNullable<MarketBody['share']> {
  const powerPlantWh = share.energyWh - share.tradedWh;
  return { ...share, ...(quota && { quota: quotaBody(quota) }), powerPlantWh };
}

function quotaBody({ remainder, ...quota }: ExplainedQuota) {
  return {
    ...quota,
    numerator: (BigInt(quota.energyWh) * BigInt(quota.volumeWh)).toString(),
    denominator: String(quota.totalWh),
    remainder: String(remainder),
  };
}
