import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { sumOf } from '../endToEnd/books.ts';
import type { Client, Fields } from '../endToEnd/client.ts';
import { crashGridId, gridPath } from './crashGrid.ts';
import type { Notebook } from './notebook.ts';
import type { PersistentClient } from './persistentClient.ts';

const runPath = `${gridPath}/billing-runs/2024-06`;

/** Asks for the run to become final. Throws where it is answered differently once it was. */
export async function finalize(client: PersistentClient, notebook: Notebook): Promise<void> {
  const { status, body } = await client.ask('POST', `${runPath}/finalize`, undefined, randomUUID());
  // Not over or not settled yet; but what is final stays so.
  if (status === 409 && notebook.run === undefined) return;
  if (status !== 200) throw new Error(`A run was answered with ${status}: ${JSON.stringify(body)}`);
  notebook.run ??= body;
  requireSame(notebook.run, body);
}

/** The run is there once, as it was first answered, and with an invoice for each that it names. */
export async function checkBilling(
  client: Client,
  persistent: PersistentClient,
  notebook: Notebook,
): Promise<readonly string[]> {
  await finalize(persistent, notebook);
  const runs = await client.all(`${gridPath}/billing-runs?limit=1000`);
  if (runs.length !== 1) throw new Error(`there are ${runs.length} final runs, not 1`);
  requireSame(notebook.run, await client.get(runPath));
  const run = notebook.run ?? {};
  const invoices = await client.all(`/invoices?gridId=${crashGridId}&limit=1000`);
  const ids = new Set(invoices.map(({ id }) => id));
  const isWhole =
    ids.size === invoices.length &&
    invoices.length === run['invoiceCount'] &&
    String(sumOf(invoices, 'amountSat')) === run['invoicesSat'];
  if (!isWhole) throw new Error(`${invoices.length} invoices are not those of the final run`);
  return [`1 billing run became final once, with ${invoices.length} invoices`];
}

function requireSame(first: Fields | undefined, now: Fields): void {
  if (isDeepStrictEqual(first, now)) return;
  throw new Error(`A final run was ${JSON.stringify(first)}, and is ${JSON.stringify(now)}`);
}
