import type { ProsumerId } from '../../../domain/ids.ts';
import type { RegisterReading } from '../../../domain/register.ts';
import type { Instant } from '../../../domain/timeframe.ts';
import type { WattHours } from '../../../domain/units.ts';
import { Dictionary, valueAt } from './dictionary.ts';
import type { PackCodec } from './packLogs.ts';
import { type PackedPostings, Postings, postingAt } from './postings.ts';

/** Register readings of one instant, packed like readings. */
export type RegisterPack = PackedPostings & {
  readonly at: Instant;
  readonly sources: readonly string[];
  readonly registers: readonly Row[];
};

type Row = readonly [
  prosumerId: ProsumerId,
  meterId: string,
  producedRegisterWh: WattHours,
  consumedRegisterWh: WattHours,
  rolloverWh: WattHours | null,
  source: number,
  posting: number,
];

/** The key of a register reading among those of its instant. A space is in no id of a prosumer. */
export function registerKeyOf({
  prosumerId,
  meterId,
}: Pick<RegisterReading, 'prosumerId' | 'meterId'>): string {
  return `${prosumerId} ${meterId}`;
}

/** Packs registers of one instant. Where they come from is no content. */
export const registerCodec: PackCodec<RegisterReading, RegisterPack> = {
  keyOf: registerKeyOf,
  isSame: (a, b) =>
    a.producedRegisterWh === b.producedRegisterWh &&
    a.consumedRegisterWh === b.consumedRegisterWh &&
    a.rolloverWh === b.rolloverWh,
  pack(items) {
    const at = items[0]?.at;
    if (at === undefined) throw new Error('a pack of registers is not empty');
    const sources = new Dictionary<string>();
    const postings = new Postings();
    const registers = items.map(
      (item): Row => [
        item.prosumerId,
        item.meterId,
        item.producedRegisterWh,
        item.consumedRegisterWh,
        item.rolloverWh ?? null,
        sources.indexOf(item.source),
        postings.indexOf(item),
      ],
    );
    return { at, sources: sources.values, ...postings.packed(), registers };
  },
  unpack: ({ at, sources, registers, ...postings }) =>
    registers.map(([prosumerId, meterId, produced, consumed, rolloverWh, source, posting]) => ({
      prosumerId,
      meterId,
      at,
      producedRegisterWh: produced,
      consumedRegisterWh: consumed,
      ...(rolloverWh !== null && { rolloverWh }),
      source: valueAt(sources, source),
      ...postingAt(postings, posting),
    })),
};
