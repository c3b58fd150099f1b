import type { Member, Prosumer } from '../domain/prosumer.ts';
import type { Ports } from '../ports/ports.ts';
import type { StoredProsumer } from '../ports/prosumerStore.ts';

/** How many prosumers one run of the timer brings to their rosters. */
const unrosteredPerRunMax = 500;

/**
 * Brings a prosumer's row to the roster of its grid, which lies in another database. The row
 * remembers which of its versions has arrived, so that a crash in between is made good later.
 */
export async function rosterProsumer(
  { rosters, prosumers }: Pick<Ports, 'rosters' | 'prosumers'>,
  { prosumer, version }: StoredProsumer,
): Promise<void> {
  await rosters.upsert(prosumer.gridId, memberOf(prosumer), version);
  await prosumers.markRostered(prosumer.id, version);
}

/** Makes good what a crash left behind: prosumers whose row has not reached their roster. */
export async function rosterProsumers(
  ports: Pick<Ports, 'rosters' | 'prosumers'>,
): Promise<{ readonly rostered: number }> {
  const waiting = await ports.prosumers.listUnrostered(unrosteredPerRunMax);
  for (const stored of waiting) await rosterProsumer(ports, stored);
  return { rostered: waiting.length };
}

function memberOf({ id, activeFrom, activeUntil, status, connectionLimitW }: Prosumer): Member {
  return {
    ...{ prosumerId: id, activeFrom, status },
    ...(activeUntil && { activeUntil }),
    ...(connectionLimitW && { connectionLimitW }),
  };
}
