import type { Payout } from '../../../domain/payout.ts';
import type { PayoutStore } from '../../../ports/payoutStore.ts';
import {
  coinsOf,
  type PayoutRow,
  payeesOf,
  storedPayoutOf,
  writePayout,
} from '../../payoutDocument.ts';
import { versionOfEtag } from '../../versionEtag.ts';
import { auditParameters } from './auditEntries.ts';
import { locksParameter } from './lockedTransaction.ts';
import { coinRow, createStatement, replaceStatement } from './payoutStatements.ts';
import type { SqlDatabase, SqlParameters } from './sqlDatabase.ts';
import {
  bigIntParameter,
  idParameter,
  longTextParameter,
  rowsParameter,
  wordParameter,
} from './sqlParameters.ts';

/** Writes payouts with what belongs to them: all of it in one transaction, or nothing. */
export function payoutWriter(db: SqlDatabase): Pick<PayoutStore, 'create' | 'replace'> {
  return {
    async create(payout, entry) {
      const payees = payeesOf(payout).map(({ period, prosumerId }) => [period, prosumerId]);
      const { rows, attempt } = await db.query<{ created: number; isThere: number }>(
        createStatement,
        {
          ...parametersOf(payout),
          payees: rowsParameter(payees),
          ...auditParameters(entry),
        },
      );
      const [row] = rows;
      // The answer to an earlier attempt may have been lost, after it had made the payout: its id
      // is of that one alone.
      return row?.created === 1 || (attempt > 1 && row?.isThere === 1);
    },
    async replace(payout, etag, entry) {
      const version = versionOfEtag(etag);
      if (version === undefined) return undefined;
      const parameters = parametersOf(payout);
      const { rows, attempt } = await db.query<PayoutRow & { replaced: number }>(replaceStatement, {
        ...parameters,
        version: bigIntParameter(version),
        ...auditParameters(entry),
      });
      const [row] = rows;
      const isOwn = attempt > 1 && row?.document === parameters.document.value;
      return row !== undefined && (row.replaced === 1 || isOwn) ? storedPayoutOf(row) : undefined;
    },
  };
}

function parametersOf(payout: Payout) {
  const { id, gridId, status } = payout;
  return {
    locks: locksParameter(`payouts:${gridId}`),
    id: idParameter(id),
    gridId: idParameter(gridId),
    status: wordParameter(status),
    document: longTextParameter(writePayout(payout)),
    coins: rowsParameter(coinsOf(payout).map(coinRow)),
  } satisfies SqlParameters;
}
