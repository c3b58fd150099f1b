import type { OutPoint } from '../domain/bitcoin.ts';
import type { InvoiceEvent } from '../domain/invoice.ts';
import type { PaymentChange, StoredPayment } from '../ports/invoiceStore.ts';
import type { Ports } from '../ports/ports.ts';
import { allWallets, type UsedWallet } from './allWallets.ts';
import type { AuditingPorts } from './auditEntry.ts';
import { watchedWallet } from './gridWallet.ts';
import { changesOfTold, changesOfUntold, outPointKey } from './paymentChanges.ts';
import { type PaymentRules, paymentRules } from './paymentRules.ts';

export type FollowerPorts = AuditingPorts &
  Pick<Ports, 'grids' | 'invoices' | 'wallets' | 'bitcoin' | 'chain' | 'log'>;
type WithChain = FollowerPorts & { readonly chain: NonNullable<Ports['chain']> };

/** The chain of a BIP84 account on which payments are received. */
const receiveChain = 0;
const paymentsPerPage = 1_000;
/** Outputs that are looked up and saved in one transaction. */
const outputsPerStep = 500;

/**
 * Timer: takes the payments of every wallet to what the chain says of them now. Repeatable, and two
 * may do it at once: a payment is only written over what was read before the chain was asked, and
 * how far a wallet was followed is noted after all of it was saved. Without a chain nothing is done.
 * Throws the first failure, after the wallets that have none were followed.
 */
export async function followPayments(ports: FollowerPorts): Promise<{ readonly changes: number }> {
  const { chain } = ports;
  if (chain === undefined) return { changes: 0 };
  const { wallets, billings } = await allWallets(ports);
  const rules = paymentRules(ports, billings);
  let changes = 0;
  let failure: { readonly error: unknown } | undefined;
  for (const wallet of wallets.values()) {
    try {
      changes += await followWallet({ ...ports, chain }, wallet, rules);
    } catch (error) {
      // A wallet whose old blocks are looked through for hours must not hold up all the others.
      failure ??= { error };
    }
  }
  if (failure !== undefined) throw failure.error;
  return { changes };
}

async function followWallet(
  ports: WithChain,
  used: UsedWallet,
  rules: PaymentRules,
): Promise<number> {
  const { walletId } = used;
  const watched = await readWatched(ports, walletId);
  const cursor = await ports.wallets.cursor(walletId);
  const wallet = await watchedWallet(ports, used, used.since);
  const changes = await ports.chain.changesSince(wallet, cursor);
  const received = changes.outputs.filter(({ keyChain }) => keyChain === receiveChain);
  const told = new Set(received.map(outPointKey));
  const untold = [...watched.values()].filter(({ payment }) => !told.has(outPointKey(payment)));

  let saved = 0;
  let isContended = false;
  for (let start = 0; start < received.length; start += outputsPerStep) {
    const step = received.slice(start, start + outputsPerStep);
    const { found, contended } = await changesOfTold(ports, step, watched, rules);
    const written = await save(ports, found);
    saved += written;
    isContended ||= contended || written < found.length;
  }
  for (let start = 0; start < untold.length; start += outputsPerStep) {
    const step = untold.slice(start, start + outputsPerStep);
    saved += await save(ports, await changesOfUntold(ports, step, rules));
  }
  // Where another was faster, what it saw may be older than what this one saw: both look again.
  if (!isContended && changes.cursor !== cursor) {
    await ports.wallets.setCursor(walletId, changes.cursor);
  }
  return saved;
}

async function readWatched(
  { invoices }: FollowerPorts,
  walletId: UsedWallet['walletId'],
): Promise<ReadonlyMap<string, StoredPayment>> {
  const watched = new Map<string, StoredPayment>();
  let after: OutPoint | undefined;
  do {
    const request = { limit: paymentsPerPage, ...(after && { after }) };
    const page = await invoices.listWatchedPayments(walletId, request);
    for (const stored of page.items) watched.set(outPointKey(stored.payment), stored);
    after = page.next;
  } while (after !== undefined);
  return watched;
}

async function save(
  { invoices, log }: FollowerPorts,
  changes: readonly PaymentChange[],
): Promise<number> {
  if (changes.length === 0) return 0;
  const written = await invoices.savePayments(changes);
  for (const event of changes.flatMap(({ events }) => events)) {
    if (isLoss(event)) log.warn(`Payment ${event.kind}`, lossFields(event));
  }
  return written;
}

function isLoss({ kind }: InvoiceEvent): boolean {
  return kind === 'reversed' || kind === 'vanished';
}

function lossFields({ invoiceId, txid, vout, amountSat }: InvoiceEvent) {
  return { invoiceId, txid, vout, amountSat: amountSat?.toString() };
}
