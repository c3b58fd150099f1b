import { addLeg, type Sums } from './accountSums.ts';
import { checkAccounts } from './checkAccounts.ts';
import { type Chain, checkChain } from './checkChain.ts';
import { checkClosing } from './checkClosing.ts';
import { checkNettos, type NetEnergy } from './checkNettos.ts';
import { checkPostings } from './checkPostings.ts';
import { checkRevisions, type Segment } from './checkRevisions.ts';
import { type ClosingRow, closingRow } from './closingRow.ts';
import { Finding } from './finding.ts';
import { type Frame, framesOf } from './frames.ts';
import { nettoRow } from './nettoRow.ts';
import { legsOf, postingRow } from './postingRow.ts';
import type { RowSource } from './rowSource.ts';
import { tradeRow } from './tradeRow.ts';

/** What there is of a grid to check. What is absent is not checked. */
export type GridSources = {
  readonly trades?: RowSource;
  readonly postings?: RowSource;
  readonly nettos?: RowSource;
  readonly timeframes?: RowSource;
  readonly accounts?: RowSource;
};

export type GridCheck = {
  readonly gridId: string;
  /** The exports are a range of the grid: its chain may begin at what is not there. */
  readonly isPart: boolean;
  /** Hashes kept elsewhere that have to be in the chain. */
  readonly known: readonly string[];
};

/** What was found to be in order. */
export type GridReport = {
  readonly timeframes: number;
  readonly trades: number;
  readonly corrections: number;
  readonly postings: number;
  readonly nettos: number;
  readonly chain?: Chain;
};

type Name = 'trades' | 'postings' | 'nettos' | 'timeframes';
const names: readonly Name[] = ['trades', 'postings', 'nettos', 'timeframes'];

/**
 * Checks a grid, timeframe by timeframe, then its chain and accounts as a whole. Holds one timeframe,
 * a few hashes of each revision and the sums of each account. Throws the first Finding.
 */
export async function verifyGrid(check: GridCheck, sources: GridSources): Promise<GridReport> {
  const audit = startAudit(check);
  const streams = names.flatMap((name) => {
    const source = sources[name];
    return source === undefined ? [] : [[name, source] as const];
  });
  const has = new Set(streams.map(([name]) => name));
  for await (const frame of framesOf(streams)) checkFrame(audit, frame, has);
  const { segments, closings } = audit;
  const closed = has.has('timeframes') ? closings : undefined;
  const chain = has.has('trades') ? checkChain(segments, closed, check.isPart) : undefined;
  const [missing] = audit.known;
  if (missing !== undefined && chain !== undefined) {
    throw new Finding('the chain', `a trade with the known hash ${missing}`, 'none');
  }
  if (sources.accounts !== undefined) await checkAccounts(sources.accounts, audit.sums);
  return { ...audit.counts, ...(chain && { chain }) };
}

type Audit = {
  readonly gridId: string;
  readonly segments: Segment[];
  readonly closings: ClosingRow[];
  readonly sums: Map<string, Sums>;
  readonly known: Set<string>;
  readonly counts: Record<'timeframes' | 'trades' | 'corrections' | 'postings' | 'nettos', number>;
};

function startAudit({ gridId, known }: GridCheck): Audit {
  const counts = { timeframes: 0, trades: 0, corrections: 0, postings: 0, nettos: 0 };
  const sums = new Map<string, Sums>();
  return { gridId, segments: [], closings: [], sums, known: new Set(known), counts };
}

function checkFrame(audit: Audit, { timeframe, rows }: Frame<Name>, has: ReadonlySet<Name>): void {
  const { gridId, counts, known } = audit;
  const trades = rows.trades?.map(({ place, json }) => tradeRow(place, json)) ?? [];
  const postings = rows.postings?.map(({ place, json }) => postingRow(place, json)) ?? [];
  const nettos = rows.nettos?.map(({ place, json }) => nettoRow(place, json)) ?? [];
  const segments = checkRevisions(trades, gridId);
  if (has.has('postings')) checkPostings(postings, has.has('trades') ? trades : undefined);
  const legs = has.has('postings') ? postings : trades.flatMap(legsOf);
  const isTraded = has.has('postings') || has.has('trades');
  const traded = netEnergyOf(legs);
  if (has.has('nettos')) checkNettos(timeframe, nettos, isTraded ? traded : undefined);
  if (has.has('timeframes')) {
    const [closing, another] =
      rows.timeframes?.map(({ place, json }) => closingRow(place, json)) ?? [];
    const thing = `timeframe ${timeframe}`;
    if (closing === undefined) throw new Finding(thing, 'a closing of it', 'none');
    if (another !== undefined) throw new Finding(thing, 'one closing listed', 'two');
    checkClosing(closing, { segments, traded, nettos });
    audit.closings.push(closing);
  }
  for (const leg of legs) addLeg(audit.sums, leg);
  for (const { hash } of trades) known.delete(hash);
  audit.segments.push(...segments);
  counts.timeframes += 1;
  counts.trades += trades.length;
  counts.corrections += trades.filter(({ kind }) => kind === 'correction').length;
  counts.postings += postings.length;
  counts.nettos += nettos.length;
}

type EnergyLeg = {
  readonly accountId: string;
  readonly soldWh: number;
  readonly boughtWh: number;
};

function netEnergyOf(legs: readonly EnergyLeg[]): NetEnergy {
  const energies = new Map<string, number>();
  for (const { accountId, soldWh, boughtWh } of legs) {
    energies.set(accountId, (energies.get(accountId) ?? 0) + soldWh - boughtWh);
  }
  return energies;
}
