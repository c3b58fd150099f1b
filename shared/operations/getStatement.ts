import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { Ports } from '../ports/ports.ts';
import { findFinalRun } from './billingRuns.ts';
import { getOrPutDocument, statementDocument, statementName } from './runDocuments.ts';

/** The statement of a prosumer in a final run: its document, written now if it was not yet. */
export async function getStatement(
  ports: Pick<Ports, 'grids' | 'billing' | 'documents'>,
  gridId: GridId,
  periodText: string,
  prosumerId: ProsumerId,
): Promise<Result<string, Refusal>> {
  const found = await findFinalRun(ports, gridId, periodText);
  if (!found.ok) return found;
  const { grid, run } = found.value;
  const account = await ports.billing.getRunAccount(gridId, run.period, prosumerId);
  if (account === undefined) {
    const detail = `${prosumerId} has no account in the run of ${gridId} for ${periodText}.`;
    return refuse({ code: 'billing_run_not_found', detail });
  }
  const name = statementName(run, prosumerId);
  const content = async () => statementDocument(grid, run, account);
  return accept(await getOrPutDocument(ports, name, content));
}
