import type { AuditEntry } from '../domain/audit.ts';
import { changedFields } from '../domain/changedFields.ts';
import type { Prosumer } from '../domain/prosumer.ts';
import { type AuditingPorts, auditEntry } from './auditEntry.ts';

/** The entry of a new prosumer. Its name and address stand apart. */
export function newProsumerEntry(ports: AuditingPorts, prosumer: Prosumer): AuditEntry {
  return auditEntry(ports, {
    ...aboutProsumer(prosumer, 'created'),
    ...changedFields(undefined, publicOf(prosumer)),
    personal: { prosumerId: prosumer.id, ...changedFields(undefined, personalOf(prosumer)) },
  });
}

/** The entry of a change of a prosumer; undefined where it stays as it is. */
export function prosumerEntry(
  ports: AuditingPorts,
  action: 'changed' | 'deactivated',
  before: Prosumer,
  after: Prosumer,
): AuditEntry | undefined {
  const shown = changedFields(publicOf(before), publicOf(after));
  const personal = changedFields(personalOf(before), personalOf(after));
  const isPersonal = Object.keys(personal).length > 0;
  if (!isPersonal && Object.keys(shown).length === 0) return undefined;
  return auditEntry(ports, {
    ...aboutProsumer(after, action),
    ...shown,
    ...(isPersonal && { personal: { prosumerId: after.id, ...personal } }),
  });
}

function aboutProsumer({ id, gridId }: Prosumer, action: string) {
  return { gridId, action, thing: { kind: 'prosumer', id } } as const;
}

function personalOf({ name, address }: Prosumer) {
  return { name, address };
}

function publicOf({ name: _, address: __, ...rest }: Prosumer) {
  return rest;
}
