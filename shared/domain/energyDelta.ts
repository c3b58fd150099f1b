import type { NettoLine } from './netto.ts';
import { subtractWh, zeroWh } from './units.ts';

/** What the energy of a prosumer grows by at a closing; at a correction it may be below 0. */
export type EnergyDelta = Pick<NettoLine, 'prosumerId' | 'producedWh' | 'consumedWh'>;

/**
 * What a closing adds to the energy of each prosumer, by id ascending: without lines before them the
 * lines themselves, else what they differ by, zeros left out. Both come by id ascending.
 */
export function energyDelta(
  lines: readonly NettoLine[],
  before?: readonly NettoLine[],
): readonly EnergyDelta[] {
  if (before === undefined) return lines;
  const delta: EnergyDelta[] = [];
  const add = (now: EnergyDelta | undefined, old: EnergyDelta | undefined) => {
    const prosumerId = now?.prosumerId ?? old?.prosumerId;
    if (prosumerId === undefined) return;
    const producedWh = subtractWh(now?.producedWh ?? zeroWh, old?.producedWh ?? zeroWh);
    const consumedWh = subtractWh(now?.consumedWh ?? zeroWh, old?.consumedWh ?? zeroWh);
    if (producedWh !== 0 || consumedWh !== 0) delta.push({ prosumerId, producedWh, consumedWh });
  };
  let at = 0;
  for (const line of lines) {
    let old = before[at];
    while (old !== undefined && old.prosumerId < line.prosumerId) {
      add(undefined, old);
      old = before[++at];
    }
    const isSame = old?.prosumerId === line.prosumerId;
    add(line, isSame ? old : undefined);
    if (isSame) at += 1;
  }
  for (const old of before.slice(at)) add(undefined, old);
  return delta;
}
