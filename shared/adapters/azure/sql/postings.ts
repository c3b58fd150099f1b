import type { ProsumerId } from '../../../domain/ids.ts';
import type { TimeframeRange } from '../../../ports/closingStore.ts';
import type { StoredPosting } from '../../../ports/ledgerStore.ts';
import type { TradePosition } from '../../../ports/tradeStore.ts';
import { type PostingRow, storedPostingOf } from '../../prosumerInfoRows.ts';
import type { SqlDatabase } from './sqlDatabase.ts';
import { idParameter, instantParameter, intParameter } from './sqlParameters.ts';

/** A posting, and in every row how far was looked. All of the posting is null where none was found. */
type SoughtRow = { readonly timeframes: number; readonly oldest: string | null } & (
  | PostingRow
  | { readonly accountId: null }
);

type Query = {
  readonly prosumerId: ProsumerId;
  /** Half-open: `from` included, `to` not. */
  readonly from: string;
  readonly to: string;
  readonly after: TradePosition | undefined;
  readonly rowsMax: number;
};

/**
 * Postings are clustered by timeframe, so that recording a batch touches few pages however long
 * the history is. A prosumer's are found timeframe by timeframe, newest first, this many at once;
 * a prosumer with few postings is looked for in ever more of them.
 */
const timeframesMin = 128;
const timeframesMax = 8_192;
const timeframesGrowth = 4;

/** Later than any timeframe, as text. */
const afterAll = '~';

/** At most `rowsMax` postings of a prosumer that come after a position, newest first. */
export async function listPostings(
  db: SqlDatabase,
  prosumerId: ProsumerId,
  range: TimeframeRange,
  after: TradePosition | undefined,
  rowsMax: number,
): Promise<readonly StoredPosting[]> {
  const found: StoredPosting[] = [];
  let to: string = range.to ?? afterAll;
  for (let timeframes = timeframesMin; ; timeframes = grown(timeframes)) {
    const query = {
      prosumerId,
      from: range.from ?? '',
      to,
      after,
      rowsMax: rowsMax - found.length,
    };
    const { postings, oldest } = await newestPostings(db, query, timeframes);
    found.push(...postings);
    if (found.length >= rowsMax || oldest === undefined) return found;
    to = oldest;
  }
}

function grown(timeframes: number): number {
  return Math.min(timeframes * timeframesGrowth, timeframesMax);
}

/** Those in the newest so many timeframes, and the oldest of these where there may be older ones. */
async function newestPostings(
  db: SqlDatabase,
  { prosumerId, from, to, after, rowsMax }: Query,
  timeframes: number,
): Promise<{ postings: readonly StoredPosting[]; oldest: string | undefined }> {
  const { rows } = await db.query<SoughtRow>(newestStatement, {
    id: idParameter(prosumerId),
    from: instantParameter(from),
    to: instantParameter(to),
    afterTimeframe: instantParameter(after?.timeframe ?? afterAll),
    afterRevision: intParameter(after?.revision ?? 0),
    afterSequence: intParameter(after?.sequence ?? 0),
    timeframesMax: intParameter(timeframes),
    limit: intParameter(rowsMax),
  });
  const [first] = rows;
  const mayBeOlder = first !== undefined && first.timeframes >= timeframes;
  return {
    postings: rows.filter(isFound).map(storedPostingOf),
    oldest: mayBeOlder ? (first.oldest ?? undefined) : undefined,
  };
}

const newestStatement = `
SET NOCOUNT ON;
DECLARE @gridId VARCHAR(63), @oldest VARCHAR(20), @timeframes INT;
SELECT @gridId = gridId FROM prosumers WHERE prosumerId = @id;
SELECT @oldest = MIN(timeframe), @timeframes = COUNT(*) FROM (
  SELECT DISTINCT TOP (@timeframesMax) timeframe FROM recordedBatches
  WHERE gridId = @gridId AND timeframe >= @from AND timeframe < @to
    AND timeframe <= @afterTimeframe
  ORDER BY timeframe DESC) AS newest;
SELECT @timeframes AS timeframes, @oldest AS oldest, posting.*
FROM (SELECT 1 AS one) AS always LEFT JOIN (
  SELECT TOP (@limit) leg.gridId, leg.timeframe, leg.accountId, leg.revision, leg.sequence,
    leg.side, leg.soldWh, leg.boughtWh, leg.creditUsat, leg.debitUsat
  FROM (SELECT DISTINCT timeframe FROM recordedBatches
    WHERE gridId = @gridId AND timeframe >= @oldest AND timeframe < @to
      AND timeframe <= @afterTimeframe) AS frame
  CROSS APPLY (SELECT TOP (@limit) * FROM postings AS own
    WHERE own.gridId = @gridId AND own.timeframe = frame.timeframe AND own.accountId = @id
      AND (own.timeframe < @afterTimeframe OR own.revision < @afterRevision
        OR (own.revision = @afterRevision AND own.sequence < @afterSequence))
    ORDER BY own.revision DESC, own.sequence DESC, own.side DESC) AS leg
  ORDER BY leg.timeframe DESC, leg.revision DESC, leg.sequence DESC, leg.side DESC
) AS posting ON 1 = 1
ORDER BY posting.timeframe DESC, posting.revision DESC, posting.sequence DESC, posting.side DESC;`;

function isFound(row: SoughtRow): row is SoughtRow & PostingRow {
  return row.accountId !== null;
}
