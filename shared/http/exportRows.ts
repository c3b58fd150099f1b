import type { GridId } from '../domain/ids.ts';
import type { Posting } from '../domain/ledger.ts';
import type { NettoLine } from '../domain/netto.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import { prosumerNettoBody } from './nettoBody.ts';
import type { tradeBody } from './tradeBody.ts';

/** What an export has of each trade, in this order; the last but two only of corrections. */
export const tradeColumns = [
  'id',
  'gridId',
  'timeframe',
  'revision',
  'sequence',
  'kind',
  'sellerId',
  'buyerId',
  'energyWh',
  'priceMsatPerKwh',
  'gridFeeMsatPerKwh',
  'amountUsat',
  'feeUsat',
  'correctsTimeframeRevision',
  'previousHash',
  'hash',
] as const satisfies readonly (keyof ReturnType<typeof tradeBody>)[];

export const nettoColumns = [
  'timeframe',
  'revision',
  'prosumerId',
  'producedWh',
  'consumedWh',
  'nettoWh',
  'status',
  'version',
] as const satisfies readonly (keyof ReturnType<typeof nettoRow>)[];

export const postingColumns = [
  'tradeId',
  'timeframe',
  'revision',
  'sequence',
  'accountId',
  'side',
  'soldWh',
  'boughtWh',
  'creditUsat',
  'debitUsat',
] as const satisfies readonly (keyof ReturnType<typeof postingRow>)[];

/** The netto of a prosumer in a timeframe; `version` is that of the reading used, 0 for none. */
export function nettoRow(netto: {
  readonly closing: { readonly timeframe: Timeframe; readonly revision: number };
  readonly line: NettoLine;
}) {
  const { prosumerId, version } = netto.line;
  return { ...prosumerNettoBody(netto), prosumerId, version };
}

/** A leg of a trade on an account, money as decimal strings. */
export function postingRow({
  gridId: _,
  ...posting
}: Posting & {
  readonly gridId: GridId;
  readonly timeframe: Timeframe;
  readonly revision: number;
}) {
  const { creditUsat, debitUsat } = posting;
  return { ...posting, creditUsat: creditUsat.toString(), debitUsat: debitUsat.toString() };
}
