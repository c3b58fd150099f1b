import { assert } from '../domain/assert.ts';
import type { ProsumerId } from '../domain/ids.ts';
import type { Prosumer, ProsumerType } from '../domain/prosumer.ts';
import type { Refusal } from '../domain/refusal.ts';
import { type Result, refuse } from '../domain/result.ts';
import { type Instant, nextTimeframe, timeframeAt } from '../domain/timeframe.ts';
import type { Ports } from '../ports/ports.ts';
import type { StoredProsumer } from '../ports/prosumerStore.ts';
import type { AuditingPorts } from './auditEntry.ts';
import { type Change, changeConditionally } from './changeConditionally.ts';
import { prosumerErased, prosumerNotFound } from './getProsumer.ts';
import { prosumerEntry } from './prosumerEntry.ts';
import { rosterProsumer } from './rosterProsumer.ts';

type ProsumerPorts = AuditingPorts & Pick<Ports, 'grids' | 'prosumers' | 'rosters'>;
type IfMatch = string | undefined;

export type ProsumerChange = {
  readonly name?: string;
  readonly address?: string;
  readonly type?: ProsumerType;
  readonly activeFrom?: Instant;
  /** null takes the end away. */
  readonly activeUntil?: Instant | null;
  /** null takes the limit away. */
  readonly connectionLimitW?: number | null;
  readonly aheadEnergyWhMax?: number | null;
};

/** Changes what a prosumer is; its account stays. Safe without `ifMatch` too. */
export function changeProsumer(
  ports: ProsumerPorts,
  prosumerId: ProsumerId,
  change: ProsumerChange,
  ifMatch: IfMatch,
): Promise<Result<StoredProsumer, Refusal>> {
  return changeStored(ports, prosumerId, ifMatch, 'changed', (prosumer) =>
    applyChange(prosumer, change),
  );
}

/**
 * Deactivates a prosumer: it takes part to the end of the timeframe that is running now, and its
 * ledger stays. Repeatable: once inactive, nothing more changes.
 */
export async function deactivateProsumer(
  ports: ProsumerPorts,
  prosumerId: ProsumerId,
  ifMatch: IfMatch,
): Promise<Result<StoredProsumer, Refusal>> {
  const stored = await ports.prosumers.get(prosumerId);
  if (stored === undefined) return refuse(prosumerNotFound(prosumerId));
  const grid = await ports.grids.get(stored.prosumer.gridId);
  assert(grid !== undefined, `the grid of prosumer ${prosumerId} exists`);
  const minutes = grid.value.timeframeMinutes;
  const end = nextTimeframe(timeframeAt(ports.clock.now(), minutes), minutes);
  return changeStored(ports, prosumerId, ifMatch, 'deactivated', (prosumer) => {
    if (prosumer.status === 'inactive') return { ok: true, value: prosumer };
    const activeUntil =
      prosumer.activeUntil !== undefined && prosumer.activeUntil < end ? prosumer.activeUntil : end;
    return { ok: true, value: { ...prosumer, status: 'inactive', activeUntil } };
  });
}

async function changeStored(
  ports: ProsumerPorts,
  prosumerId: ProsumerId,
  ifMatch: IfMatch,
  action: 'changed' | 'deactivated',
  apply: (prosumer: Prosumer) => Change<Prosumer>,
): Promise<Result<StoredProsumer, Refusal>> {
  let read: StoredProsumer | undefined;
  const result = await changeConditionally<StoredProsumer>({
    get: async () => {
      read = await ports.prosumers.get(prosumerId);
      return read;
    },
    etagOf: etagOfProsumer,
    apply: (stored) => {
      const changed = apply(stored.prosumer);
      return changed.ok ? { ok: true, value: { ...stored, prosumer: changed.value } } : changed;
    },
    replace: async (changed) => {
      const { prosumer, version } = changed;
      assert(read !== undefined, `what is changed of prosumer ${prosumerId} was read`);
      const entry = prosumerEntry(ports, action, read.prosumer, prosumer);
      // What stays as it is is not written: nothing has happened then.
      if (entry === undefined) return changed;
      return ports.prosumers.replace(prosumer, version, entry);
    },
    notFound: prosumerNotFound(prosumerId),
    ifMatch,
  });
  if (result.ok) await rosterProsumer(ports, result.value);
  return result;
}

/** The tag of what a prosumer is. Its sums, which move with every timeframe, have no part in it. */
export function etagOfProsumer({ version }: StoredProsumer): string {
  return `p${version}`;
}

function applyChange(prosumer: Prosumer, change: ProsumerChange): Change<Prosumer> {
  if (prosumer.erasedAt !== undefined) return refuse(prosumerErased(prosumer.id));
  const { activeUntil, connectionLimitW, aheadEnergyWhMax, ...fields } = { ...prosumer, ...change };
  const changed: Prosumer = {
    ...fields,
    ...(activeUntil && { activeUntil }),
    ...(connectionLimitW && { connectionLimitW }),
    ...(typeof aheadEnergyWhMax === 'number' && { aheadEnergyWhMax }),
  };
  if (changed.status === 'inactive' && changed.activeUntil === undefined) {
    const errors = [{ pointer: '/activeUntil', detail: 'stays: the prosumer was deactivated' }];
    const detail = 'A deactivated prosumer keeps its end.';
    return refuse({ code: 'setting_immutable', detail, errors });
  }
  if (changed.activeUntil === undefined || changed.activeUntil > changed.activeFrom) {
    return { ok: true, value: changed };
  }
  const errors = [{ pointer: '/activeUntil', detail: 'must be after activeFrom' }];
  const detail = 'A prosumer cannot end before it begins.';
  return refuse({ code: 'setting_inconsistent', detail, errors });
}
