import { type Grid, gridDefaults } from '../domain/grid.ts';
import type { GridId } from '../domain/ids.ts';
import { addMinutes, type Instant, minutesPerDay } from '../domain/timeframe.ts';
import type { Ports } from '../ports/ports.ts';
import { answersForgottenBy, type ErasurePorts, eraseStored } from './eraseProsumer.ts';
import { purgeReadings } from './purgeReadings.ts';
import { settledForGood } from './settledForGood.ts';

const gridsPerPage = 100;
/** Prosumers of a grid that are erased in one go; what is left is the timer's next. */
const erasedPerGoMax = 200;

/**
 * Timer: erases the personal data of prosumers that left and that nothing needs any more, and the
 * readings that their grid keeps no longer. Repeatable: what a crash left is done the next time.
 * Throws the first failure, after all that does not fail was done.
 */
export async function eraseExpired(
  ports: ErasurePorts & Pick<Ports, 'readings'>,
): Promise<{ readonly prosumers: number; readonly timeframes: number }> {
  const done = { prosumers: 0, timeframes: 0 };
  let failure: { readonly error: unknown } | undefined;
  let after: GridId | undefined;
  do {
    const page = await ports.grids.list({ limit: gridsPerPage, ...(after && { after }) });
    for (const { value: grid } of page.items) {
      try {
        done.prosumers += await eraseGone(ports, grid);
        done.timeframes += await purgeReadings(ports, grid);
      } catch (error) {
        failure ??= { error };
      }
    }
    after = page.next;
  } while (after !== undefined);
  if (failure !== undefined) throw failure.error;
  return done;
}

/** Those of a grid that left long enough ago. One that changes meanwhile is looked at the next time. */
async function eraseGone(ports: ErasurePorts, grid: Grid): Promise<number> {
  const now = ports.clock.now();
  const settled = await settledForGood(ports, grid, now);
  if (settled === undefined) return 0;
  const asked = earlier(settled, keptFrom(grid, now));
  const over = { endedBy: asked, createdBy: answersForgottenBy(now) };
  let count = 0;
  for (const stored of await ports.prosumers.listErasable(grid.id, over, erasedPerGoMax)) {
    if ((await eraseStored(ports, stored)) !== undefined) count += 1;
  }
  return count;
}

/** Who ended before this is not kept for questions any more: the days begin when corrections end. */
function keptFrom(grid: Grid, now: Instant): Instant {
  const { correctionDays, personalDataDays } = { ...gridDefaults, ...grid };
  return addMinutes(now, -(correctionDays + personalDataDays) * minutesPerDay);
}

function earlier(a: Instant, b: Instant): Instant {
  return a < b ? a : b;
}
