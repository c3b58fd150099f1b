import type { ApiClient } from '../apiClient.ts';
import { objectOf } from '../jsonFields.ts';
import { addLeg, type Sums, zeroSums } from './accountSums.ts';
import { listedRows } from './apiRows.ts';
import { checkSums } from './checkAccounts.ts';
import { checkTrade } from './checkTrade.ts';
import { expectField, Finding } from './finding.ts';
import { nettoName } from './nettoRow.ts';
import { legsOf, type PostingRow, postingName } from './postingRow.ts';
import { countField, instantField, integerField, moneyField, textField } from './rowFields.ts';
import type { SourceRow } from './rowSource.ts';
import { type TradeRow, tradeRow } from './tradeRow.ts';

export type ProsumerReport = { readonly transactions: number; readonly timeframes: number };

/**
 * Checks what a prosumer can alone: each of its transactions with its trade and hash, that no two of
 * its trades stand at one place of the chain and neighbours are linked, its account and its netto.
 * Throws the first Finding.
 */
export async function verifyProsumer(
  client: ApiClient,
  gridId: string,
  prosumerId: string,
): Promise<ProsumerReport> {
  const sums = new Map<string, Sums>();
  const energies = new Map<string, number>();
  const starts = new Map<string, string>();
  const home = `/prosumers/${prosumerId}`;
  let later: TradeRow | undefined;
  let transactions = 0;
  for await (const rows of listedRows(client, `${home}/transactions`)) {
    for (const row of rows) {
      const { trade, leg } = checkTransaction(row, gridId, prosumerId);
      const { timeframe, id, previousHash } = trade;
      const other = starts.get(previousHash) ?? id;
      if (other !== id || later?.id === id) {
        throw new Finding(`trade ${id}`, 'a place of its own in the chain', `that of ${other}`);
      }
      starts.set(previousHash, id);
      checkNeighbours(trade, later);
      addLeg(sums, leg);
      const { soldWh, boughtWh } = leg;
      energies.set(timeframe, (energies.get(timeframe) ?? 0) + soldWh - boughtWh);
      later = trade;
      transactions += 1;
    }
  }
  const account = objectOf(await client.get(home));
  checkSums(`account ${prosumerId}`, account, sums.get(prosumerId) ?? zeroSums);
  let timeframes = 0;
  for await (const rows of listedRows(client, `${home}/netto`)) {
    for (const { place, json } of rows) {
      const timeframe = instantField(place, json, 'timeframe');
      const thing = nettoName({ timeframe, prosumerId });
      const nettoWh = integerField(thing, json, 'nettoWh');
      expectField(thing, 'nettoWh as its trades sum it', energies.get(timeframe) ?? 0, nettoWh);
      energies.delete(timeframe);
      timeframes += 1;
    }
  }
  for (const [timeframe, energyWh] of energies) {
    expectField(`${prosumerId} in ${timeframe}, without a netto`, 'sold − bought', 0, energyWh);
  }
  return { transactions, timeframes };
}

function checkTransaction(
  { place, json }: SourceRow,
  gridId: string,
  prosumerId: string,
): { readonly trade: TradeRow; readonly leg: PostingRow } {
  const trade = tradeRow(place, objectOf(json['trade'] ?? {}));
  checkTrade(trade, gridId);
  const side = textField(place, json, 'side');
  const leg = legsOf(trade).find((one) => one.side === side && one.accountId === prosumerId);
  if (leg === undefined) {
    throw new Finding(place, `${prosumerId} on the side ${side} of trade ${trade.id}`, 'others');
  }
  const thing = postingName(leg);
  expectField(thing, 'tradeId', trade.id, textField(place, json, 'tradeId'));
  expectField(thing, 'timeframe', trade.timeframe, textField(place, json, 'timeframe'));
  expectField(thing, 'energyWh', trade.energyWh, countField(thing, json, 'energyWh'));
  expectField(thing, 'creditUsat', leg.creditUsat, moneyField(thing, json, 'creditUsat'));
  expectField(thing, 'debitUsat', leg.debitUsat, moneyField(thing, json, 'debitUsat'));
  return { trade, leg };
}

/** They come newest first; of two with nobody's between them, one goes on from the other. */
function checkNeighbours(trade: TradeRow, later: TradeRow | undefined): void {
  if (later === undefined) return;
  const isSame = later.timeframe === trade.timeframe && later.revision === trade.revision;
  if (isSame && later.sequence === trade.sequence + 1) {
    expectField(`trade ${later.id}`, 'previousHash', trade.hash, later.previousHash);
  }
}
