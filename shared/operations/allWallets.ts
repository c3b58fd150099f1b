import type { WalletId } from '../domain/bitcoin.ts';
import { type BillingSettings, billingDefaults, type Grid } from '../domain/grid.ts';
import type { GridId } from '../domain/ids.ts';
import type { Instant } from '../domain/timeframe.ts';
import type { Wallet } from '../ports/bitcoin.ts';
import type { Ports } from '../ports/ports.ts';
import { readWallet } from './gridWallet.ts';

const gridsPerPage = 100;

/** A wallet with the grids that have it or had it, and when the first of them began. */
export type UsedWallet = Wallet & {
  readonly since: Instant;
  readonly gridIds: readonly GridId[];
};

/** Every wallet of all grids once, also those whose key a grid has given up: they may still be paid. */
export async function allWallets(ports: Pick<Ports, 'grids' | 'bitcoin'>): Promise<{
  readonly wallets: ReadonlyMap<WalletId, UsedWallet>;
  readonly billings: ReadonlyMap<GridId, BillingSettings>;
}> {
  const wallets = new Map<WalletId, UsedWallet>();
  const billings = new Map<GridId, BillingSettings>();
  let after: GridId | undefined;
  do {
    const page = await ports.grids.list({ limit: gridsPerPage, ...(after && { after }) });
    for (const { value: grid } of page.items) {
      billings.set(grid.id, grid.billing ?? billingDefaults);
      for (const wallet of walletsOf(ports, grid)) add(wallets, wallet, grid);
    }
    after = page.next;
  } while (after !== undefined);
  return { wallets, billings };
}

function walletsOf(ports: Pick<Ports, 'bitcoin'>, { id, billing }: Grid): readonly Wallet[] {
  const { accountKey, formerAccountKeys = [] } = billing ?? billingDefaults;
  const keys = accountKey === undefined ? formerAccountKeys : [accountKey, ...formerAccountKeys];
  return keys.map((key) => readWallet(ports, id, key));
}

function add(wallets: Map<WalletId, UsedWallet>, wallet: Wallet, { id, createdAt }: Grid): void {
  const before = wallets.get(wallet.walletId);
  const since = before !== undefined && before.since < createdAt ? before.since : createdAt;
  wallets.set(wallet.walletId, { ...wallet, since, gridIds: [...(before?.gridIds ?? []), id] });
}
