import type { Static } from 'typebox';
import type { AuditEntry } from '../domain/audit.ts';
import type { AuditEntry as AuditEntrySchema } from '../schemas/audit.ts';
import type { DeepReadonly } from '../schemas/input.ts';

/** An entry of the audit log as the API shows it; its grid is in the address. */
export function auditBody({
  gridId: _,
  ...entry
}: AuditEntry): DeepReadonly<Static<typeof AuditEntrySchema>> {
  return entry;
}
