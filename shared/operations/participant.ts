import { assert } from '../domain/assert.ts';
import type { Grid } from '../domain/grid.ts';
import type { ProsumerId } from '../domain/ids.ts';
import { isActiveIn, type Prosumer } from '../domain/prosumer.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { Instant } from '../domain/timeframe.ts';
import type { Ports } from '../ports/ports.ts';
import { prosumerNotFound } from './getProsumer.ts';
import { isInGrid } from './listTimeframes.ts';

export type Participant = { readonly prosumer: Prosumer; readonly grid: Grid };

/** The prosumer that a body names, with its grid. */
export async function participantOf(
  { prosumers, grids }: Pick<Ports, 'prosumers' | 'grids'>,
  prosumerId: ProsumerId,
): Promise<Result<Participant, Refusal>> {
  const stored = await prosumers.get(prosumerId);
  if (stored === undefined) {
    const errors = [{ pointer: '/prosumerId', detail: 'names no prosumer' }];
    return refuse({ ...prosumerNotFound(prosumerId), errors });
  }
  const { prosumer } = stored;
  const grid = await grids.get(prosumer.gridId);
  assert(grid !== undefined, `the grid of prosumer ${prosumerId} exists`);
  return accept({ prosumer, grid: grid.value });
}

/** Why the prosumer takes no part in the timeframe that starts at `at`; undefined where it does. */
export function inactiveIn({ prosumer, grid }: Participant, at: Instant): Refusal | undefined {
  if (!isInGrid(grid, at)) return inactive(`Grid ${grid.id} has no timeframe ${at}.`);
  if (isActiveIn(prosumer, at)) return undefined;
  return inactive(`Prosumer ${prosumer.id} takes no part in the timeframe ${at}.`);
}

function inactive(detail: string): Refusal {
  const errors = [{ pointer: '/timeframe', detail: 'is none that the prosumer takes part in' }];
  return { code: 'prosumer_not_active', detail, errors };
}
