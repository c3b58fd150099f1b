import type { AuditEntry } from '../domain/audit.ts';
import type { Ports } from '../ports/ports.ts';

/** What every entry takes from around it: who acts, when, and an id. */
export type AuditingPorts = Pick<Ports, 'by' | 'clock' | 'ids'>;

/** The entry of a change that is about to be made; the store writes it in one with the change. */
export function auditEntry(
  { by, clock, ids }: AuditingPorts,
  change: Omit<AuditEntry, 'id' | 'at' | 'by'>,
): AuditEntry {
  return { id: ids.next(), at: clock.now(), by, ...change };
}
