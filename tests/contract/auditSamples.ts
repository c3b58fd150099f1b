import { uuidV7 } from '../../shared/adapters/ids.ts';
import type { AuditEntry } from '../../shared/domain/audit.ts';
import { instant, riverside } from './samples.ts';

const ids = uuidV7();

/** An entry under an id of its own: of a change of something that is of no matter here. */
export function entryOf(change: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id: ids.next(),
    gridId: riverside,
    at: instant('2026-11-22T12:00:00Z'),
    by: { kind: 'caller', id: 'olga' },
    action: 'changed',
    thing: { kind: 'prosumer', id: 'anna' },
    ...change,
  };
}
