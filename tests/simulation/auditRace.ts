import type { GridId, ProsumerId } from '../../shared/domain/ids.ts';
import type { Timeframe } from '../../shared/domain/timeframe.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { tradesInChain } from '../operations/settledBooks.ts';
import { check, checkSame } from './books.ts';

/** What is to be true of a race once all has come to rest. */
export type FinishedRace = {
  readonly gridId: GridId;
  readonly timeframes: readonly Timeframe[];
  readonly prosumerIds: readonly ProsumerId[];
  /** The highest version that somebody was told was taken, by prosumer and timeframe. */
  readonly answered: ReadonlyMap<string, number>;
};

/**
 * Far simpler than what made it so: the latest revisions have what was answered for, accounts and
 * rosters what these come to, and the trades are one chain. Answers how many corrections there are.
 */
export async function auditRace(ports: Ports, race: FinishedRace): Promise<number> {
  const { gridId, timeframes, prosumerIds, answered } = race;
  let corrections = 0;
  const sums = new Map(prosumerIds.map((id) => [id, { producedWh: 0, consumedWh: 0 }]));
  for (const timeframe of timeframes) {
    const revisions = await ports.closings.revisions(gridId, timeframe);
    const latest = revisions.at(-1);
    check(latest !== undefined, `${timeframe} is not closed`);
    corrections += revisions.length - 1;
    for (const { revision, status, hasLateReadings } of revisions) {
      checkSame(status, 'settled', `revision ${revision}`);
      checkSame(hasLateReadings, false, `the mark of revision ${revision}`);
    }
    const lines = await ports.closings.nettos(gridId, latest?.nettosId ?? '');
    for (const id of prosumerIds) {
      const { version = 0 } = lines.find(({ prosumerId }) => prosumerId === id) ?? {};
      check(version >= (answered.get(`${id} ${timeframe}`) ?? 0), `a reading of ${id} is lost`);
    }
    for (const { prosumerId, version, producedWh, consumedWh } of lines) {
      const versions = await ports.readings.versions(gridId, prosumerId, timeframe);
      const reading = versions.find((each) => each.version === version);
      checkSame(producedWh, reading?.producedWh ?? 0, `what ${prosumerId} produced`);
      checkSame(consumedWh, reading?.consumedWh ?? 0, `what ${prosumerId} consumed`);
      const sum = sums.get(prosumerId) ?? { producedWh: 0, consumedWh: 0 };
      sum.producedWh += producedWh;
      sum.consumedWh += consumedWh;
    }
  }
  await auditTotals(ports, gridId, sums);
  await tradesInChain(ports, gridId);
  return corrections;
}

/** Rosters and accounts hold what the latest revisions come to. */
async function auditTotals(
  ports: Ports,
  gridId: GridId,
  expected: ReadonlyMap<ProsumerId, { readonly producedWh: number; readonly consumedWh: number }>,
): Promise<void> {
  const members = (await ports.rosters.list(gridId, { limit: 10 })).items;
  for (const { prosumerId, producedWh, consumedWh } of members) {
    checkSame(producedWh, expected.get(prosumerId)?.producedWh, `production of ${prosumerId}`);
    checkSame(consumedWh, expected.get(prosumerId)?.consumedWh, `consumption of ${prosumerId}`);
  }
  let balanceUsat = 0n;
  for (const { accountId, sums } of (await ports.ledger.listAccounts(gridId, { limit: 10 }))
    .items) {
    balanceUsat += sums.creditsUsat - sums.debitsUsat;
    const sum = expected.get(accountId as ProsumerId);
    if (sum === undefined) continue;
    const nettoWh = sum.producedWh - sum.consumedWh;
    checkSame(sums.soldWh - sums.boughtWh, nettoWh, `the net energy of ${accountId}`);
  }
  checkSame(balanceUsat, 0n, 'the sum of all accounts');
}
