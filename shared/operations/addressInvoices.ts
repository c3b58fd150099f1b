import type { Grid } from '../domain/grid.ts';
import type { Ports } from '../ports/ports.ts';
import { type AuditingPorts, auditEntry } from './auditEntry.ts';
import { gridWallet } from './gridWallet.ts';

export type AddressingPorts = AuditingPorts & Pick<Ports, 'invoices' | 'wallets' | 'bitcoin'>;

/** The chain of a BIP84 account on which payments are received. */
const receiveChain = 0;
const invoicesPerStep = 500;
/** Invoices of a grid that get their address in one go; what is left is the timer's next. */
const stepsMax = 40;

/**
 * Gives each invoice of a grid that has none an address that nobody else ever had. Repeatable: an
 * index belongs to its invoice for good, so a crash in between wastes none and gives none twice.
 */
export async function addressInvoices(
  ports: AddressingPorts,
  grid: Grid,
): Promise<{ readonly addressed: number }> {
  const { invoices, wallets, bitcoin, clock } = ports;
  const wallet = gridWallet({ bitcoin }, grid);
  if (wallet === undefined) return { addressed: 0 };
  const { walletId, accountKey } = wallet;
  let addressed = 0;
  for (let step = 1; step <= stepsMax; step += 1) {
    const waiting = await invoices.listUnaddressed(grid.id, invoicesPerStep);
    if (waiting.length === 0) return { addressed };
    const ids = waiting.map(({ id }) => id);
    const indexes = await wallets.allocate(walletId, receiveChain, ids);
    const own = bitcoin.addressesAt(accountKey, receiveChain, [...indexes.values()]);
    const byIndex = new Map(own.map((each) => [each.index, each.address]));
    const given = ids.map((invoiceId) => {
      const index = indexes.get(invoiceId);
      const address = index === undefined ? undefined : byIndex.get(index);
      if (index === undefined || address === undefined) {
        throw new Error(`no address was made for the invoice ${invoiceId}`);
      }
      const entry = auditEntry(ports, {
        gridId: grid.id,
        action: 'addressed',
        thing: { kind: 'invoice', id: invoiceId },
        after: { address },
      });
      return { invoiceId, payTo: { walletId, index, address }, entry };
    });
    await invoices.address(given, clock.now());
    addressed += given.length;
  }
  return { addressed };
}
