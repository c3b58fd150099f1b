import type { GridId } from '../../shared/domain/ids.ts';
import type { Trade } from '../../shared/domain/trade.ts';
import type { StoredClosing } from '../../shared/ports/closingStore.ts';
import type { StoredPosting } from '../../shared/ports/ledgerStore.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { hashOf } from '../endToEnd/canonicalJson.ts';
import type { ModelTimeframe } from './model.ts';

const rowsMax = 10_000;
const noHash = '0'.repeat(64);

/** Every trade is in the chain once, in the order of the closings; hashes are of what a trade shows. */
export function auditChain(closings: readonly StoredClosing[], trades: readonly Trade[]): void {
  let previousHash = noHash;
  let count = 0;
  for (const { timeframe, revision, closingNumber, tradeCount, hash, ...closing } of closings) {
    check(closing.previousHash === previousHash, `closing ${closingNumber} breaks the chain`);
    const own = trades.filter(
      (trade) => trade.timeframe === timeframe && trade.revision === revision,
    );
    check(own.length === tradeCount, `closing ${closingNumber} has ${own.length} trades`);
    count += own.length;
    for (const [index, trade] of own.entries()) {
      check(trade.sequence === index + 1, `${trade.id} is in another place`);
      check(trade.previousHash === previousHash, `${trade.id} breaks the chain`);
      const isCorrection = trade.kind === 'correction';
      check(isCorrection === revision > 0, `${trade.id} is of the wrong kind`);
      const corrected = isCorrection ? revision - 1 : undefined;
      check(trade.correctsTimeframeRevision === corrected, `${trade.id} corrects another revision`);
      const { hash: own, amountUsat, feeUsat, ...rest } = trade;
      const hashed = { ...rest, amountUsat: String(amountUsat), feeUsat: String(feeUsat) };
      check(hashOf(hashed) === own, `${trade.id} has a wrong hash`);
      previousHash = own;
    }
    check(hash === previousHash, `closing ${closingNumber} has a wrong hash`);
  }
  check(count === trades.length, 'there are trades of no closing');
  check(new Set(trades.map(({ id }) => id)).size === count, 'a trade is there twice');
}

/** Every trade is posted once, on both sides and with its fee. */
export function auditPostings(trades: readonly Trade[], postings: readonly StoredPosting[]): void {
  const expected = trades.flatMap(({ id, sellerId, buyerId, energyWh, amountUsat, feeUsat }) => [
    `${id} sell ${sellerId} ${energyWh} 0 ${amountUsat} 0`,
    `${id} buy ${buyerId} 0 ${energyWh} 0 ${amountUsat + feeUsat}`,
    ...(feeUsat === 0n ? [] : [`${id} fee mini-grid 0 0 ${feeUsat} 0`]),
  ]);
  const posted = postings.map(
    ({ tradeId, side, accountId, soldWh, boughtWh, creditUsat, debitUsat }) =>
      `${tradeId} ${side} ${accountId} ${soldWh} ${boughtWh} ${creditUsat} ${debitUsat}`,
  );
  check(
    expected.sort().join('\n') === posted.sort().join('\n'),
    'the postings are not those of the trades',
  );
}

/** The sums of each account are those of its postings, and of all together nothing is left. */
export async function auditAccounts(
  { ledger }: Ports,
  gridId: GridId,
  postings: readonly StoredPosting[],
): Promise<void> {
  let [leftWh, leftUsat] = [0, 0n];
  const { items } = await ledger.listAccounts(gridId, { limit: rowsMax });
  for (const { accountId, sums } of items) {
    const own = postings.filter((posting) => posting.accountId === accountId);
    const sumOf = (field: 'soldWh' | 'boughtWh') =>
      own.reduce((sum, posting) => sum + posting[field], 0);
    const moneyOf = (field: 'creditUsat' | 'debitUsat') =>
      own.reduce((sum, posting) => sum + posting[field], 0n);
    check(
      sums.soldWh === sumOf('soldWh') && sums.boughtWh === sumOf('boughtWh'),
      `the energies of ${accountId} are not those of its postings`,
    );
    check(
      sums.creditsUsat === moneyOf('creditUsat') && sums.debitsUsat === moneyOf('debitUsat'),
      `the sums of ${accountId} are not those of its postings`,
    );
    leftWh += sums.soldWh - sums.boughtWh;
    leftUsat += sums.creditsUsat - sums.debitsUsat;
  }
  check(leftWh === 0 && leftUsat === 0n, `${leftWh} Wh and ${leftUsat} µsat came from nowhere`);
  const known = new Set<string>(items.map(({ accountId }) => accountId));
  check(
    postings.every(({ accountId }) => known.has(accountId)),
    'a posting is on no account',
  );
}

/** Roster and totals are the sums of the latest nettos. */
export async function auditRoster(
  { rosters }: Ports,
  gridId: GridId,
  timeframes: readonly Pick<ModelTimeframe, 'lines'>[],
): Promise<void> {
  const lines = timeframes.flatMap((timeframe) => timeframe.lines);
  const sumOf = (field: 'producedWh' | 'consumedWh', of = lines) =>
    Number(of.reduce((sum, line) => sum + line[field], 0n));
  const totals = await rosters.totals(gridId);
  check(
    totals.producedWh === sumOf('producedWh') && totals.consumedWh === sumOf('consumedWh'),
    'the totals of the grid are not the sums of its nettos',
  );
  for (const member of (await rosters.list(gridId, { limit: rowsMax })).items) {
    const own = lines.filter(({ prosumerId }) => prosumerId === member.prosumerId);
    check(
      member.producedWh === sumOf('producedWh', own) &&
        member.consumedWh === sumOf('consumedWh', own),
      `the totals of ${member.prosumerId} are not the sums of its nettos`,
    );
  }
}

/** Throws the fault, unless it holds. */
export function check(holds: boolean, fault: string): asserts holds {
  if (!holds) throw new Error(fault);
}
