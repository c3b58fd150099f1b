import type { GridId } from '../../../domain/ids.ts';
import type { TimeframeRange } from '../../../ports/closingStore.ts';
import type { PostingPosition, StoredPosting } from '../../../ports/ledgerStore.ts';
import { type PostingRow, storedPostingOf } from '../../prosumerInfoRows.ts';
import type { SqlDatabase } from './sqlDatabase.ts';
import { idParameter, instantParameter, intParameter, wordParameter } from './sqlParameters.ts';

/** Later than any timeframe, as text. */
const afterAll = '~';

/** At most `rowsMax` postings of a grid that come after a position, in the order of their table. */
export async function listGridPostings(
  db: SqlDatabase,
  gridId: GridId,
  range: TimeframeRange,
  after: PostingPosition | undefined,
  rowsMax: number,
): Promise<readonly StoredPosting[]> {
  const from = range.from ?? '';
  const start = after && after.timeframe >= from ? after : beforeAllOf(from);
  const { rows } = await db.query<PostingRow>(nextStatement, {
    gridId: idParameter(gridId),
    timeframe: instantParameter(start.timeframe),
    accountId: idParameter(start.accountId),
    revision: intParameter(start.revision),
    sequence: intParameter(start.sequence),
    side: wordParameter(start.side),
    to: instantParameter(range.to ?? afterAll),
    limit: intParameter(rowsMax),
  });
  return rows.map(storedPostingOf);
}

// Revisions count from 0 and sequences from 1: no posting of the timeframe stands before this.
function beforeAllOf(timeframe: string) {
  return { timeframe, accountId: '', revision: 0, sequence: 0, side: '' };
}

const columns =
  'gridId, timeframe, accountId, revision, sequence, side, soldWh, boughtWh, creditUsat, debitUsat';
const inOrder = 'ORDER BY timeframe, accountId, revision, sequence, side';

/** Each part is one range of the clustered key, so that none of what came before is read again. */
const parts = [
  `timeframe = @timeframe AND timeframe < @to AND accountId = @accountId AND revision = @revision
    AND sequence >= @sequence AND (sequence > @sequence OR side > @side)`,
  'timeframe = @timeframe AND timeframe < @to AND accountId = @accountId AND revision > @revision',
  'timeframe = @timeframe AND timeframe < @to AND accountId > @accountId',
  'timeframe > @timeframe AND timeframe < @to',
].map(
  (range, at) => `SELECT * FROM (SELECT TOP (@limit) ${columns} FROM postings
  WHERE gridId = @gridId AND ${range} ${inOrder}) AS part${at}`,
);

/** What SQLite calls (timeframe, accountId, revision, sequence, side) > (…), for T-SQL. */
const nextStatement = `SELECT TOP (@limit) * FROM (
${parts.join('\nUNION ALL\n')}) AS following ${inOrder}`;
