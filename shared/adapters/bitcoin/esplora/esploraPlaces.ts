import type { TransactionId } from '../../../domain/bitcoin.ts';
import type { BlockReference, TransactionPlace } from '../../../ports/chain.ts';
import { mapAtOnce } from '../../mapAtOnce.ts';
import { type EsploraHttp, requestsAtOnceMax } from './esploraHttp.ts';
import { atOneTip, type EsploraStatus, placeOf } from './esploraTip.ts';

/** Where transactions stand, of those that the index knows. */
export async function findPlaces(
  http: EsploraHttp,
  txids: readonly TransactionId[],
): Promise<ReadonlyMap<TransactionId, TransactionPlace>> {
  const { result } = await atOneTip(http, async (tip) => {
    const places = await mapAtOnce(requestsAtOnceMax, txids, (txid) => findPlace(http, txid, tip));
    return new Map(
      txids.flatMap((txid, at) => {
        const place = places[at];
        return place === undefined ? [] : [[txid, place] as const];
      }),
    );
  });
  return result;
}

async function findPlace(
  http: EsploraHttp,
  txid: TransactionId,
  tip: BlockReference,
): Promise<TransactionPlace | undefined> {
  const status = (await http.getJson(`/tx/${txid}/status`)) as EsploraStatus | undefined;
  if (status?.confirmed) return placeOf(status, tip);
  // Of one that it does not know, the index says the same as of one in the mempool.
  const known = await http.getText(`/tx/${txid}`);
  return known === undefined ? undefined : { confirmations: 0 };
}
