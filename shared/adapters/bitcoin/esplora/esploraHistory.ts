import type { Address, TransactionId } from '../../../domain/bitcoin.ts';
import { ChainUnavailableError } from '../../../ports/chain.ts';
import type { EsploraHttp } from './esploraHttp.ts';
import type { EsploraStatus } from './esploraTip.ts';

/** A transaction as the index has it, of which amounts are whole satoshi. */
export type EsploraTransaction = {
  readonly txid: TransactionId;
  readonly vin: readonly { readonly is_coinbase?: boolean }[];
  readonly vout: readonly {
    readonly scriptpubkey_address?: string;
    readonly value: number;
  }[];
  readonly status: EsploraStatus;
};

/** Every transaction that pays to an address or spends from it, those of the mempool among them. */
export async function historyOf(
  http: EsploraHttp,
  address: Address,
): Promise<readonly EsploraTransaction[]> {
  const history: EsploraTransaction[] = [];
  let path = `/address/${address}/txs`;
  for (let pages = 1; pages <= pagesMax; pages += 1) {
    const page = (await http.getList(path)) as readonly EsploraTransaction[];
    history.push(...page);
    const confirmed = page.filter(({ status }) => status.confirmed);
    const last = confirmed.at(-1);
    if (last === undefined || confirmed.length < confirmedPerPage) return history;
    path = `/address/${address}/txs/chain/${last.txid}`;
  }
  throw new ChainUnavailableError('an address has more transactions than can be read');
}

/** Esplora answers so many confirmed transactions at once. */
const confirmedPerPage = 25;
/** An address is given to one payer, who pays once or in a few parts. */
const pagesMax = 400;
