import { zeroHash } from './checkChain.ts';
import type { GridCheck, GridReport } from './verifyGrid.ts';
import type { ProsumerReport } from './verifyProsumer.ts';

/** What was in order of a grid, given what there was to check, and what was not checked. */
export function gridSummary(
  { gridId, isPart, known }: GridCheck,
  report: GridReport,
  sources: readonly string[],
): readonly string[] {
  const has = (name: string) => sources.includes(name);
  const { chain } = report;
  const lines = [`${gridId}: all in order, in ${report.timeframes} timeframes.`];
  if (chain !== undefined) {
    lines.push(`${report.trades} trades, ${report.corrections} of them corrections.`);
    const parts = chain.partCount === 1 ? 'in one piece' : `in ${chain.partCount} pieces`;
    lines.push(
      chain.hash === zeroHash
        ? 'The chain is empty.'
        : `The chain is ${parts} and ends at ${chain.hash}.`,
    );
  }
  if (has('postings')) lines.push(`${report.postings} postings.`);
  if (has('nettos')) lines.push(`${report.nettos} nettos.`);
  return [...lines, ...unchecked(has, isPart, known).map((line) => `Not checked: ${line}`)];
}

function unchecked(
  has: (name: string) => boolean,
  isPart: boolean,
  known: readonly string[],
): readonly string[] {
  const notes: string[] = [];
  const add = (isSo: boolean, note: string) => void (isSo && notes.push(note));
  const isTraded = has('trades') || has('postings');
  add(!has('trades'), 'hashes, amounts and the chain (no trades were given).');
  add(!has('postings'), 'what was booked of each trade (no postings were given).');
  add(!has('trades') && has('postings'), 'postings against trades; only their sums.');
  add(!has('nettos'), 'whether each sold its netto (no nettos were given).');
  add(has('nettos') && !isTraded, 'nettos against what was traded.');
  add(
    !has('timeframes'),
    'closings, sums of accounts, and trades missing at the end of the chain.',
  );
  add(isPart, 'what was before and between the pieces.');
  add(
    has('trades') && known.length === 0,
    'whether all was made anew since: keep the last hash, and give it later with --known.',
  );
  add(true, 'prices and who trades with whom, which follow from readings, orders and tariffs.');
  return notes;
}

/** What a prosumer could check of its own, and what it cannot. */
export function prosumerSummary(
  prosumerId: string,
  { transactions, timeframes }: ProsumerReport,
): readonly string[] {
  return [
    `${prosumerId}: all in order, in ${timeframes} timeframes.`,
    `${transactions} transactions: each trade with its amounts and hash; account and netto are their sums.`,
    'Not checked: what stands between its own trades in the chain, which takes the trades of all.',
    'Not checked: what others traded, were paid, or used.',
    'Not checked: the readings that its netto was taken from; compare them with the meter.',
  ];
}
