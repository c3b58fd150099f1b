import type { TradeId } from '../../../domain/ids.ts';
import type { BatchKey } from '../../../domain/ledger.ts';
import { batchOf, type Trade } from '../../../domain/trade.ts';
import { parseTradeId, tradeIdOf } from '../../../domain/tradeId.ts';
import type { TradeStore } from '../../../ports/tradeStore.ts';
import { mapConcurrently } from './boundedConcurrency.ts';
import type { Documents } from './documents.ts';
import type { CosmosDatabase } from './openCosmos.ts';
import {
  pkOf,
  placeOf,
  sequenceOf,
  type TradeDocument,
  tradeDocumentsOf,
  tradeOf,
  unpackHash,
} from './tradeDocument.ts';
import { batchEntryOf, listTrades } from './tradeList.ts';

/**
 * Trader Info: a document per trade. The entry of a batch is written after its trades, and lists
 * go by the entries: they never show a part of a batch that is still being recorded.
 */
export function cosmosTradeStore({ operate }: CosmosDatabase): TradeStore {
  return {
    createBatch: (key, trades) =>
      operate('trades.createBatch', (documents) => createBatch(documents('trades'), key, trades)),
    get: (tradeId) => operate('trades.get', (documents) => getTrade(documents('trades'), tradeId)),
    getMany: (tradeIds) =>
      operate('trades.getMany', async (documents) => {
        const ids = [...new Set(tradeIds)];
        const found = await mapConcurrently(ids, (id) => getTrade(documents('trades'), id));
        return new Map(found.flatMap((trade) => (trade === undefined ? [] : [[trade.id, trade]])));
      }),
    list: (gridId, range, page) =>
      operate('trades.list', (documents) => listTrades(documents('trades'), gridId, range, page)),
  };
}

/** What is there is asked first, so that another history is refused before anything is written. */
async function createBatch(
  documents: Documents,
  key: BatchKey,
  trades: readonly Trade[],
): Promise<void> {
  const wanted = tradeDocumentsOf(key, trades);
  if (wanted.length === 0) return;
  const rows = await documents.query<Pick<TradeDocument, 'id' | 'h'>>(pkOf(key), {
    select: 'c.id, c.h',
  });
  const there = new Map(rows.map(({ id, h }) => [id, h]));
  for (const document of wanted) checkSame(key, document, there.get(document.id));
  const missing = wanted.filter(({ id }) => !there.has(id));
  await mapConcurrently(missing, async (document) => {
    if (await documents.create(document)) return;
    // Written since, by another delivery of the same message or by a request of our own.
    const other = await documents.read<TradeDocument>(document.pk, document.id);
    checkSame(key, document, other?.h);
  });
  await documents.create(batchEntryOf(key, wanted.length));
}

function checkSame(key: BatchKey, document: TradeDocument, hash: string | undefined): void {
  if (hash === undefined || hash === document.h) return;
  const { gridId, timeframe, revision } = key;
  const tradeId = tradeIdOf(gridId, timeframe, revision, sequenceOf(key, document));
  const [found, wanted] = [unpackHash(hash), unpackHash(document.h)];
  throw new Error(`the trade ${tradeId} is there with hash ${found}, not ${wanted}`);
}

async function getTrade(documents: Documents, tradeId: TradeId): Promise<Trade | undefined> {
  const place = parseTradeId(tradeId);
  if (place === undefined) return undefined;
  const key = { ...place, batch: batchOf(place.sequence) };
  const read = (sequence: number) => documents.read<TradeDocument>(pkOf(key), placeOf(sequence));
  const document = await read(place.sequence);
  if (document === undefined) return undefined;
  const previous = document.before === undefined ? await read(place.sequence - 1) : undefined;
  return tradeOf(key, document, previous);
}
