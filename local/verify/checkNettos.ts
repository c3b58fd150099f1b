import { miniGrid, powerPlant } from '../../shared/domain/ids.ts';
import { expectField, Finding } from './finding.ts';
import { type NettoRow, nettoName } from './nettoRow.ts';

/** Energy sold − bought per account in a timeframe, over all its revisions. */
export type NetEnergy = ReadonlyMap<string, number>;

/**
 * Checks the nettos of one timeframe: ids ascending, one revision, netto = produced − consumed. Given
 * what each account traded, that each prosumer sold its netto and no more; that who has none, and
 * `mini-grid`, comes out at 0; and that the power plant has the opposite of all. Throws a Finding.
 */
export function checkNettos(
  timeframe: string,
  nettos: readonly NettoRow[],
  traded: NetEnergy | undefined,
): void {
  let before: NettoRow | undefined;
  let totalWh = 0;
  const seen = new Set<string>();
  for (const netto of nettos) {
    const { prosumerId, producedWh, consumedWh, nettoWh, revision } = netto;
    const thing = nettoName(netto);
    if (before !== undefined) {
      if (prosumerId <= before.prosumerId) {
        throw new Finding(thing, `a prosumer after ${before.prosumerId}`, prosumerId);
      }
      expectField(thing, 'revision', before.revision, revision);
    }
    expectField(thing, 'nettoWh', producedWh - consumedWh, nettoWh);
    if (traded !== undefined) {
      expectField(thing, 'nettoWh as its trades sum it', traded.get(prosumerId) ?? 0, nettoWh);
    }
    seen.add(prosumerId);
    totalWh += nettoWh;
    before = netto;
  }
  if (traded === undefined) return;
  const others = [...traded.keys()].filter((id) => id !== powerPlant && !seen.has(id));
  for (const id of [miniGrid, ...others]) {
    const name = `sold − bought of ${id} in ${timeframe}`;
    expectField(name, 'energyWh', 0, traded.get(id) ?? 0);
  }
  const name = `sold − bought of ${powerPlant} in ${timeframe}`;
  // Subtracted from 0, so that no total is never −0.
  expectField(name, 'energyWh', 0 - totalWh, traded.get(powerPlant) ?? 0);
}
