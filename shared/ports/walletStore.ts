import type { AuditEntry } from '../domain/audit.ts';
import type { KeyChain, WalletId } from '../domain/bitcoin.ts';

/** Prosumer Info: which indexes of a wallet are given away, and how far its chain was followed. */
export type WalletStore = {
  /**
   * An index for each purpose, in one transaction: the one that the purpose has, or the next that
   * was never given away. An index belongs to its purpose for good. Purposes may repeat. `entry`,
   * where somebody asked for it, is written if an index is given away.
   */
  allocate(
    walletId: WalletId,
    keyChain: KeyChain,
    purposes: readonly string[],
    entry?: AuditEntry,
  ): Promise<ReadonlyMap<string, number>>;
  /** How many indexes of a chain are given away: the next one. */
  allocatedCount(walletId: WalletId, keyChain: KeyChain): Promise<number>;
  /** Where following the wallet got to; undefined before the first time. Opaque, of the chain adapter. */
  cursor(walletId: WalletId): Promise<string | undefined>;
  setCursor(walletId: WalletId, cursor: string): Promise<void>;
};
