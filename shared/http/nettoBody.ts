import type { Static } from 'typebox';
import type { NettoLine } from '../domain/netto.ts';
import type { Instant, Timeframe } from '../domain/timeframe.ts';
import type { DeepReadonly } from '../schemas/input.ts';
import type { GridNetto, ProsumerNetto } from '../schemas/netto.ts';

type Energy = { readonly producedWh: number; readonly consumedWh: number };

/** The netto of a grid, in one timeframe or over all, with a page of its prosumers. */
export function nettoBody(
  of: { readonly gridId: string; readonly timeframe?: Instant },
  totals: Energy,
  prosumers: readonly (Energy & { readonly prosumerId: string })[],
  link: { readonly nextLink?: string },
): DeepReadonly<Static<typeof GridNetto>> {
  return {
    ...of,
    ...energy(totals),
    prosumers: prosumers.map((line) => ({ prosumerId: line.prosumerId, ...energy(line) })),
    ...link,
  };
}

/** The netto of one prosumer in one closed timeframe. */
export function prosumerNettoBody({
  closing: { timeframe, revision },
  line,
}: {
  readonly closing: { readonly timeframe: Timeframe; readonly revision: number };
  readonly line: NettoLine;
}): DeepReadonly<Static<typeof ProsumerNetto>> {
  return { timeframe, revision, ...energy(line), status: line.status };
}

function energy({ producedWh, consumedWh }: Energy) {
  return { producedWh, consumedWh, nettoWh: producedWh - consumedWh };
}
