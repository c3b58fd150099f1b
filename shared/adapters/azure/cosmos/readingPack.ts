import type { ProsumerId } from '../../../domain/ids.ts';
import {
  type Reading,
  type ReadingCheck,
  type ReadingQuality,
  readingChecks,
  readingQualities,
} from '../../../domain/reading.ts';
import type { Timeframe } from '../../../domain/timeframe.ts';
import type { WattHours } from '../../../domain/units.ts';
import { Dictionary, valueAt } from './dictionary.ts';
import type { PackCodec } from './packLogs.ts';
import { type PackedPostings, Postings, postingAt } from './postings.ts';

/** Readings of one timeframe without the names of their fields; what repeats is said once. */
export type ReadingPack = PackedPostings & {
  readonly timeframe: Timeframe;
  readonly sources: readonly string[];
  readonly readings: readonly Row[];
};

/**
 * The last two are left out where both are 0, and then the three before them too where all of those
 * are, which they are in most packs.
 */
type Row = readonly [
  prosumerId: ProsumerId,
  version: number,
  producedWh: WattHours,
  consumedWh: WattHours,
  quality?: number,
  source?: number,
  posting?: number,
  checks?: number,
  unchangedFor?: number,
];

/** Packs readings of one timeframe. Their key is prosumer and version; where they come from is no content. */
export const readingCodec: PackCodec<Reading, ReadingPack> = {
  keyOf: ({ prosumerId, version }) => `${prosumerId} ${version}`,
  versioned: { nameOf: ({ prosumerId }) => prosumerId, versionOf: ({ version }) => version },
  isSame: (a, b) =>
    a.producedWh === b.producedWh && a.consumedWh === b.consumedWh && a.quality === b.quality,
  pack(items) {
    const timeframe = items[0]?.timeframe;
    if (timeframe === undefined) throw new Error('a pack of readings is not empty');
    const sources = new Dictionary<string>();
    const postings = new Postings();
    const readings = items.map((item): Row => {
      const { prosumerId, version, producedWh, consumedWh } = item;
      const quality = readingQualities.indexOf(item.quality);
      const source = sources.indexOf(item.source);
      const posting = postings.indexOf(item);
      const checks = bitsOf(item.checks ?? []);
      const unchangedFor = item.unchangedFor ?? 0;
      const energies = [prosumerId, version, producedWh, consumedWh] as const;
      if (checks + unchangedFor > 0) {
        return [...energies, quality, source, posting, checks, unchangedFor];
      }
      if (quality + source + posting === 0) return energies;
      return [...energies, quality, source, posting];
    });
    return { timeframe, sources: sources.values, ...postings.packed(), readings };
  },
  unpack: ({ timeframe, sources, readings, ...postings }) =>
    readings.map((row) => {
      const [prosumerId, version, producedWh, consumedWh, quality = 0, source = 0, posting = 0] =
        row;
      const [, , , , , , , checks = 0, unchangedFor = 0] = row;
      return {
        prosumerId,
        timeframe,
        producedWh,
        consumedWh,
        quality: valueAt<ReadingQuality>(readingQualities, quality),
        version,
        source: valueAt(sources, source),
        ...postingAt(postings, posting),
        ...(checks > 0 && { checks: checksOf(checks) }),
        ...(unchangedFor > 0 && { unchangedFor }),
      };
    }),
};

/** A bit for each check, by its place in the list of all. */
function bitsOf(checks: readonly ReadingCheck[]): number {
  return checks.reduce((bits, check) => bits | (1 << readingChecks.indexOf(check)), 0);
}

function checksOf(bits: number): readonly ReadingCheck[] {
  return readingChecks.filter((_, place) => (bits & (1 << place)) !== 0);
}
