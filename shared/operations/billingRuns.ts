import type { BillingRun } from '../domain/billing.ts';
import { type BillingPeriod, parseBillingPeriod } from '../domain/billingPeriod.ts';
import type { Grid } from '../domain/grid.ts';
import { type AccountId, compareIds, type GridId } from '../domain/ids.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { RunAccount } from '../ports/billingStore.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import { type DraftPorts, draftRun, type RunDraft } from './draftRun.ts';
import { gridNotFound } from './getGrid.ts';

/** A run as a user sees it: final, or a preview of what it would be now. */
export type RunView = {
  readonly grid: Grid;
  readonly run: BillingRun;
  readonly isFinal: boolean;
  /** Of a preview: the state of the ledger that it was computed from. */
  readonly mark?: string;
  /** Why a preview cannot become final yet. */
  readonly blockedBy?: Refusal;
};

type RunTag = Pick<RunView, 'mark'> & {
  readonly run: Pick<BillingRun, 'invoicesSat' | 'payoutsSat'>;
};

export type RunPorts = DraftPorts & Pick<Ports, 'grids'>;

/** The final run of a period, or a preview of it. */
export async function getRun(
  ports: RunPorts,
  gridId: GridId,
  periodText: string,
): Promise<Result<RunView, Refusal>> {
  const found = await findRun(ports, gridId, periodText);
  if (!found.ok) return found;
  const { grid, period, final } = found.value;
  if (final !== undefined) return accept({ grid, run: final, isFinal: true });
  const draft = await draftRun(ports, grid, period);
  return draft.ok ? accept(viewOfDraft(grid, draft.value)) : draft;
}

/**
 * The tag of a run: what it bills and, of a preview, what it was computed from. To make a run final
 * under the tag of its preview is to bill what the preview showed.
 */
export function etagOfRun({ run: { invoicesSat, payoutsSat }, mark = 'final' }: RunTag): string {
  return `${invoicesSat}-${payoutsSat}-${mark}`;
}

/** Final runs of a grid, by period ascending. */
export async function listRuns(
  ports: RunPorts,
  gridId: GridId,
  page: PageRequest<BillingPeriod>,
): Promise<Result<Page<RunView, BillingPeriod>, Refusal>> {
  const grid = (await ports.grids.get(gridId))?.value;
  if (grid === undefined) return refuse(gridNotFound(gridId));
  const { items, ...rest } = await ports.billing.listRuns(gridId, page);
  return accept({ items: items.map((run) => ({ grid, run, isFinal: true })), ...rest });
}

/** The accounts of a run with their lines, by id ascending; of a preview as they are now. */
export async function listRunAccounts(
  ports: RunPorts,
  gridId: GridId,
  periodText: string,
  page: PageRequest<AccountId>,
): Promise<Result<Page<RunAccount, AccountId>, Refusal>> {
  const found = await findRun(ports, gridId, periodText);
  if (!found.ok) return found;
  const { grid, period, final } = found.value;
  if (final !== undefined) return accept(await ports.billing.listRunAccounts(gridId, period, page));
  const draft = await draftRun(ports, grid, period);
  return draft.ok ? accept(pageOfDraft(draft.value, page)) : draft;
}

export type FoundRun = {
  readonly grid: Grid;
  readonly period: BillingPeriod;
  readonly final: BillingRun | undefined;
};

/** The grid and the period that a path names, with the final run where there is one. */
export async function findRun(
  { grids, billing }: Pick<Ports, 'grids' | 'billing'>,
  gridId: GridId,
  periodText: string,
): Promise<Result<FoundRun, Refusal>> {
  const grid = (await grids.get(gridId))?.value;
  if (grid === undefined) return refuse(gridNotFound(gridId));
  const period = parseBillingPeriod(periodText);
  if (period === undefined) return refuse(runNotFound(gridId, periodText));
  return accept({ grid, period, final: await billing.getRun(gridId, period) });
}

/** The final run of a period, and its grid. */
export async function findFinalRun(
  ports: Pick<Ports, 'grids' | 'billing'>,
  gridId: GridId,
  periodText: string,
): Promise<Result<{ readonly grid: Grid; readonly run: BillingRun }, Refusal>> {
  const found = await findRun(ports, gridId, periodText);
  if (!found.ok) return found;
  const { grid, final: run } = found.value;
  return run === undefined ? refuse(runNotFound(gridId, periodText)) : accept({ grid, run });
}

function runNotFound(gridId: GridId, period: string): Refusal {
  const detail = `There is no final billing run of ${gridId} for ${period}.`;
  return { code: 'billing_run_not_found', detail };
}

function viewOfDraft(grid: Grid, { run, mark, blockedBy }: RunDraft): RunView {
  return { grid, run, isFinal: false, mark, ...(blockedBy && { blockedBy }) };
}

function pageOfDraft(
  { accounts, lines }: RunDraft,
  { after, limit }: PageRequest<AccountId>,
): Page<RunAccount, AccountId> {
  const rest = accounts.filter(
    ({ accountId }) => after === undefined || compareIds(accountId, after) > 0,
  );
  const onPage = new Set(rest.slice(0, limit).map(({ accountId }) => accountId));
  const linesOnPage = Map.groupBy(
    lines.filter(({ accountId }) => onPage.has(accountId)),
    ({ accountId }) => accountId,
  );
  const items = rest
    .slice(0, limit)
    .map((account) => ({ ...account, lines: linesOnPage.get(account.accountId) ?? [] }));
  const last = items.at(-1);
  return rest.length > limit && last ? { items, next: last.accountId } : { items };
}
