import type { ReadingSnapshot } from '../../../shared/ports/readingStore.ts';
import type { Plant } from './plant.ts';

/** Bugs of readings, and of what a closing takes. */
export const plantsOfClosing = {
  errorIsSwallowed: {
    bug: 'that a timeframe could not be marked as late is caught, and nothing is done about it',
    foundWithinSeeds: 120,
    seed: 47,
    above: ({ closings }) => ({
      closings: {
        ...closings,
        markLate: (...given) => closings.markLate(...given).catch(() => undefined),
      },
    }),
  },
  readIsStale: {
    bug: 'readings of a timeframe are read once and then remembered',
    foundWithinSeeds: 10,
    seed: 37,
    below: ({ readings }) => {
      const remembered = new Map<string, ReadingSnapshot['readings']>();
      return {
        readings: {
          ...readings,
          async snapshot(gridId, timeframe) {
            const now = await readings.snapshot(gridId, timeframe);
            const name = `${gridId} ${timeframe}`;
            const known = remembered.get(name) ?? now.readings;
            remembered.set(name, known);
            return { ...now, readings: known };
          },
        },
      };
    },
  },
  pageEndsEarly: {
    bug: 'the last of those that are late is not on the page',
    foundWithinSeeds: 15,
    seed: 2,
    below: ({ closings }) => ({
      closings: {
        ...closings,
        listLate: async (...given) => (await closings.listLate(...given)).slice(0, -1),
      },
    }),
  },
  sealIsOpen: {
    bug: 'the book of a timeframe that closes is read and not sealed',
    foundWithinSeeds: 8,
    seed: 60,
    below: ({ orders }) => ({ orders: { ...orders, seal: orders.book } }),
  },
  writeAfterCloseIsLost: {
    bug: 'a reading of a closed timeframe is answered, and not written',
    foundWithinSeeds: 5,
    seed: 37,
    below: ({ readings, closings }) => ({
      readings: {
        ...readings,
        async append(gridId, given, ...rest) {
          const last = await closings.last(gridId);
          const isOpen = ({ timeframe }: (typeof given)[number]) =>
            last === undefined || timeframe > last.closedThrough;
          const kept = await readings.append(gridId, given.filter(isOpen), ...rest);
          const outcomes = [...kept];
          return given.map((each) => (isOpen(each) && outcomes.shift()) || 'accepted');
        },
      },
    }),
  },
  lateIsForgotten: {
    bug: 'a correction takes the mark off and is not sent to be recorded',
    foundWithinSeeds: 10,
    seed: 37,
    below: ({ closings }) => ({
      closings: {
        ...closings,
        async clearLate(gridId, closingNumber) {
          await closings.clearLate(gridId, closingNumber);
          await closings.markSettled(gridId, closingNumber + 1);
        },
      },
    }),
  },
} as const satisfies Readonly<Record<string, Plant>>;
