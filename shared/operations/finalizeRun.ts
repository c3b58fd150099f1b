import type { AuditEntry } from '../domain/audit.ts';
import type { BilledAccount, BillingRun } from '../domain/billing.ts';
import { changedFields } from '../domain/changedFields.ts';
import { billingDefaults, type Grid } from '../domain/grid.ts';
import { type GridId, isReserved, type ProsumerId } from '../domain/ids.ts';
import { type Invoice, type InvoiceEvent, invoiceIdOf } from '../domain/invoice.ts';
import type { Payee } from '../domain/payout.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { addMinutes, minutesPerDay } from '../domain/timeframe.ts';
import type { Satoshi } from '../domain/units.ts';
import type { FinalRun } from '../ports/billingStore.ts';
import { type AuditingPorts, auditEntry } from './auditEntry.ts';
import { etagOfRun, findRun, type RunPorts, type RunView } from './billingRuns.ts';
import { changedSinceRead } from './changeConditionally.ts';
import { type CompletionPorts, completeRun } from './completeRuns.ts';
import { draftRun, type RunDraft } from './draftRun.ts';

/** How often a run is computed again because the ledger moved while it was. */
const attemptsMax = 8;
const noSat = 0n as Satoshi;

/**
 * Makes the run of a period final, once: of two at a time one wins, and both answer the same run.
 * Refused while a timeframe of the period is not settled. Its invoices get their addresses, and its
 * documents are written, right after; what a crash leaves of that the timer does. `ifMatch` is the tag
 * of a preview: refused where that is not what would be billed.
 */
export async function finalizeRun(
  ports: RunPorts & CompletionPorts,
  gridId: GridId,
  periodText: string,
  ifMatch?: string,
): Promise<Result<RunView, Refusal>> {
  const found = await findRun(ports, gridId, periodText);
  if (!found.ok) return found;
  const { grid, period, final } = found.value;
  if (final !== undefined) return answerFinal(grid, final, ifMatch);
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const draft = await draftRun(ports, grid, period);
    if (!draft.ok) return draft;
    if (draft.value.blockedBy !== undefined) {
      // It may stand in its own way: another made it final in the meantime.
      const made = await ports.billing.getRun(gridId, period);
      return made ? answerFinal(grid, made, ifMatch) : refuse(draft.value.blockedBy);
    }
    if (ifMatch !== undefined && ifMatch !== etagOfRun(draft.value))
      return refuse(changedSinceRead);
    const { mark } = draft.value;
    const final = finalRun(grid, draft.value);
    const outcome = await ports.billing.finalize(final, mark, runEntry(ports, final.run));
    if (outcome === 'changed') continue;
    const run = await ports.billing.getRun(gridId, period);
    if (run === undefined) throw new Error(`the final run of ${gridId} for ${period} is gone`);
    if (outcome === 'finalized') {
      const { accountCount, invoiceCount, payoutCount } = run;
      ports.log.info('Billing run final', {
        ...{ gridId, period, accountCount, invoiceCount, payoutCount },
        invoicesSat: String(run.invoicesSat),
        payoutsSat: String(run.payoutsSat),
      });
      await tryToComplete(ports, run);
    }
    return answerFinal(grid, run, ifMatch);
  }
  return refuse({
    code: 'concurrent_change',
    detail: 'The ledger keeps moving at this moment. Nothing was billed; try again.',
  });
}

/** One for the whole run: what its accounts are billed is in the run itself. */
function runEntry(ports: AuditingPorts, { gridId, period, ...run }: BillingRun): AuditEntry {
  const thing = { kind: 'billing_run', id: period } as const;
  return auditEntry(ports, {
    gridId,
    action: 'finalized',
    thing,
    ...changedFields(undefined, run),
  });
}

/** The final run, where it is the one of that tag, or what became of a preview with it. */
function answerFinal(
  grid: Grid,
  run: BillingRun,
  ifMatch: string | undefined,
): Result<RunView, Refusal> {
  const isAsked = ifMatch === undefined || ifMatch.startsWith(etagOfRun({ run, mark: '' }));
  return isAsked ? accept({ grid, run, isFinal: true }) : refuse(changedSinceRead);
}

/** The run is final whatever becomes of this: the timer goes on with what could not be done. */
async function tryToComplete(ports: CompletionPorts, run: BillingRun): Promise<void> {
  try {
    await completeRun(ports, { run });
  } catch (error) {
    const { gridId, period } = run;
    ports.log.warn('Billing run not completed yet', { gridId, period, error: String(error) });
  }
}

/** Everything that makes a run final: its invoices with their first events, and its payees. Pure. */
export function finalRun(grid: Grid, { run, accounts }: RunDraft): FinalRun {
  const invoices = accounts.flatMap((account) => invoiceOf(grid, run, account));
  const issued = invoices.map(
    ({ id, amountSat }): InvoiceEvent => ({
      invoiceId: id,
      at: run.finalizedAt,
      kind: 'issued',
      amountSat,
    }),
  );
  const payees = accounts.flatMap((account) => payeeOf(run, account));
  return { run, accounts, invoices, issued, payees };
}

function invoiceOf(
  { billing = billingDefaults }: Grid,
  { gridId, period, finalizedAt }: BillingRun,
  { accountId, satoshi }: BilledAccount,
): readonly Invoice[] {
  if (satoshi >= 0n || isReserved(accountId)) return [];
  const prosumerId: ProsumerId = accountId;
  return [
    {
      id: invoiceIdOf(gridId, period, prosumerId),
      gridId,
      period,
      prosumerId,
      amountSat: -satoshi as Satoshi,
      issuedAt: finalizedAt,
      dueAt: addMinutes(finalizedAt, billing.dueDays * minutesPerDay),
      seenSat: noSat,
      creditedSat: noSat,
      buriedSat: noSat,
    },
  ];
}

function payeeOf(
  { gridId, period }: BillingRun,
  { accountId, satoshi }: BilledAccount,
): readonly Payee[] {
  if (satoshi <= 0n || isReserved(accountId)) return [];
  return [{ gridId, period, prosumerId: accountId, amountSat: satoshi }];
}
