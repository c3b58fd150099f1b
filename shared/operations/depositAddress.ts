import type { OwnAddress } from '../domain/bitcoin.ts';
import type { GridId } from '../domain/ids.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { Ports } from '../ports/ports.ts';
import { type AuditingPorts, auditEntry } from './auditEntry.ts';
import { gridNotFound } from './getGrid.ts';
import { accountKeyMissing, gridWallet } from './gridWallet.ts';

const receiveChain = 0;

/**
 * A fresh address of a grid's wallet for the operator to fill it at, as when more is to be paid out
 * than came in. What comes there belongs to no invoice. The same `depositId` gets the same address.
 */
export async function depositAddress(
  ports: AuditingPorts & Pick<Ports, 'grids' | 'wallets' | 'bitcoin'>,
  gridId: GridId,
  depositId: string,
): Promise<Result<OwnAddress, Refusal>> {
  const { grids, wallets, bitcoin } = ports;
  const grid = (await grids.get(gridId))?.value;
  if (grid === undefined) return refuse(gridNotFound(gridId));
  const wallet = gridWallet({ bitcoin }, grid);
  if (wallet === undefined) return refuse(accountKeyMissing(gridId));
  const purpose = `deposit.${depositId}`;
  const thing = { kind: 'deposit_address', id: depositId } as const;
  const entry = auditEntry(ports, { gridId, action: 'created', thing });
  const indexes = await wallets.allocate(wallet.walletId, receiveChain, [purpose], entry);
  const index = indexes.get(purpose);
  const [own] =
    index === undefined ? [] : bitcoin.addressesAt(wallet.accountKey, receiveChain, [index]);
  if (own === undefined) throw new Error(`no address was made for the deposit ${depositId}`);
  return accept(own);
}
