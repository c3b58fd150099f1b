import type { BillingRun } from '../domain/billing.ts';
import type { Grid } from '../domain/grid.ts';
import type { AccountId } from '../domain/ids.ts';
import { isReserved } from '../domain/ids.ts';
import type { UndocumentedRun } from '../ports/billingStore.ts';
import type { Ports } from '../ports/ports.ts';
import { type AddressingPorts, addressInvoices } from './addressInvoices.ts';
import { runDocument, runDocumentName, statementDocument, statementName } from './runDocuments.ts';

export type CompletionPorts = AddressingPorts &
  Pick<Ports, 'grids' | 'billing' | 'documents' | 'log'>;

const gridsPerPage = 100;
/** Runs that one run of the timer works on. */
const runsPerTimerMax = 10;
/** Statements that are written in one go; what is left is the timer's next. */
const statementsPerGoMax = 5_000;
const accountsPerPage = 500;
/** Statements that are written at once. */
const writesAtOnce = 16;

/**
 * Timer: gives invoices their addresses, also those of grids that named their account only later,
 * and writes the documents of final runs. Repeatable: what is done stays, what a crash left is done.
 * Throws the first failure, after all that does not fail was done.
 */
export async function completeRuns(ports: CompletionPorts): Promise<{ readonly runs: number }> {
  let failure: { readonly error: unknown } | undefined;
  // What is wrong with one grid, such as a key of another network, must not hold up all the others.
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      failure ??= { error };
    }
  };
  let after: Grid['id'] | undefined;
  do {
    const page = await ports.grids.list({ limit: gridsPerPage, ...(after && { after }) });
    for (const { value } of page.items) await attempt(() => addressInvoices(ports, value));
    after = page.next;
  } while (after !== undefined);
  const runs = await ports.billing.listUndocumented(runsPerTimerMax);
  for (const undocumented of runs) {
    await attempt(async () => documentRun(ports, await gridOf(ports, undocumented), undocumented));
  }
  if (failure !== undefined) throw failure.error;
  return { runs: runs.length };
}

/** What follows from a run that has become final. */
export async function completeRun(
  ports: CompletionPorts,
  undocumented: UndocumentedRun,
): Promise<void> {
  const grid = await gridOf(ports, undocumented);
  await addressInvoices(ports, grid);
  await documentRun(ports, grid, undocumented);
}

async function gridOf({ grids }: CompletionPorts, { run }: UndocumentedRun): Promise<Grid> {
  const grid = (await grids.get(run.gridId))?.value;
  if (grid === undefined) throw new Error(`the grid ${run.gridId} of a final run is gone`);
  return grid;
}

async function documentRun(
  ports: CompletionPorts,
  grid: Grid,
  { run, through }: UndocumentedRun,
): Promise<void> {
  let after = through;
  for (let written = 0; written < statementsPerGoMax; written += accountsPerPage) {
    const next = await writeStatements(ports, grid, run, after);
    if (next === undefined) {
      const name = runDocumentName(run);
      await ports.documents.put(name, await runDocument(ports, grid, run), 'application/json');
      await ports.billing.markDocumented(run.gridId, run.period, '*');
      return;
    }
    after = next;
  }
}

/** Writes the statements of a page of accounts; answers the last of them where there are more. */
async function writeStatements(
  { billing, documents }: CompletionPorts,
  grid: Grid,
  run: BillingRun,
  after: AccountId | undefined,
): Promise<AccountId | undefined> {
  const { gridId, period } = run;
  const page = { limit: accountsPerPage, ...(after && { after }) };
  const { items, next } = await billing.listRunAccounts(gridId, period, page);
  const prosumers = items.filter(({ accountId }) => !isReserved(accountId));
  for (let start = 0; start < prosumers.length; start += writesAtOnce) {
    await Promise.all(
      prosumers.slice(start, start + writesAtOnce).map((account) => {
        const name = statementName(run, account.accountId);
        return documents.put(name, statementDocument(grid, run, account), 'application/json');
      }),
    );
  }
  if (next !== undefined) await billing.markDocumented(gridId, period, next);
  return next;
}
