import type { Grid } from '../domain/grid.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { Prosumer, ProsumerType } from '../domain/prosumer.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { firstTimeframeFrom, type Instant, nextTimeframe } from '../domain/timeframe.ts';
import type { Ports } from '../ports/ports.ts';
import type { StoredProsumer } from '../ports/prosumerStore.ts';
import type { AuditingPorts } from './auditEntry.ts';
import { gridNotFound } from './getGrid.ts';
import { newProsumerEntry } from './prosumerEntry.ts';
import { rosterProsumer } from './rosterProsumer.ts';

export type NewProsumer = {
  readonly id: ProsumerId;
  readonly gridId: GridId;
  readonly name: string;
  readonly address: string;
  readonly type: ProsumerType;
  /** Absent: the first timeframe of the grid that is not closed. */
  readonly activeFrom?: Instant;
  readonly activeUntil?: Instant;
  readonly connectionLimitW?: number;
  readonly aheadEnergyWhMax?: number;
};

/** Creates a prosumer with its account. Repeatable: the same under the same id answers what is there. */
export async function createProsumer(
  ports: AuditingPorts & Pick<Ports, 'grids' | 'closings' | 'prosumers' | 'rosters'>,
  asked: NewProsumer,
): Promise<Result<StoredProsumer, Refusal>> {
  const grid = await ports.grids.get(asked.gridId);
  if (grid === undefined) {
    const errors = [{ pointer: '/gridId', detail: 'names no grid' }];
    return refuse({ ...gridNotFound(asked.gridId), errors });
  }
  const activeFrom = asked.activeFrom ?? (await firstOpenTimeframe(ports, grid.value));
  if (asked.activeUntil !== undefined && asked.activeUntil <= activeFrom) {
    const errors = [{ pointer: '/activeUntil', detail: `must be after ${activeFrom}` }];
    const detail = 'A prosumer cannot end before it begins.';
    return refuse({ code: 'setting_inconsistent', detail, errors });
  }
  const createdAt = ports.clock.now();
  const prosumer: Prosumer = { ...asked, activeFrom, status: 'active', createdAt };
  const { created, stored } = await ports.prosumers.create(
    prosumer,
    newProsumerEntry(ports, prosumer),
  );
  if (!created && !isSame(stored.prosumer, asked)) {
    return refuse({
      code: 'prosumer_exists',
      detail: `A prosumer ${asked.id} that is not this one exists. Change it with PATCH.`,
      errors: [{ pointer: '/id', detail: 'is taken' }],
    });
  }
  await rosterProsumer(ports, stored);
  return accept(stored);
}

async function firstOpenTimeframe(
  { closings }: Pick<Ports, 'closings'>,
  { id, activeFrom, timeframeMinutes }: Grid,
): Promise<Instant> {
  const last = await closings.last(id);
  return last === undefined
    ? firstTimeframeFrom(activeFrom, timeframeMinutes)
    : nextTimeframe(last.closedThrough, timeframeMinutes);
}

function isSame(stored: Prosumer, asked: NewProsumer): boolean {
  return (
    stored.status === 'active' &&
    stored.gridId === asked.gridId &&
    stored.name === asked.name &&
    stored.address === asked.address &&
    stored.type === asked.type &&
    stored.activeUntil === asked.activeUntil &&
    stored.connectionLimitW === asked.connectionLimitW &&
    stored.aheadEnergyWhMax === asked.aheadEnergyWhMax &&
    (asked.activeFrom === undefined || stored.activeFrom === asked.activeFrom)
  );
}
