import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TradeAheadId } from '../../../shared/domain/ids.ts';
import { msOf } from '../../../shared/domain/timeframe.ts';
import type { Plant } from './plant.ts';

/** Bugs of ids, conditions and repeats. */
export const plantsOfConditions = {
  idFromTheClock: {
    bug: 'a trade ahead is named after the clock, not after its request',
    foundWithinSeeds: 100,
    seed: 62,
    below: ({ orders, clock }) => ({
      orders: {
        ...orders,
        acceptAhead(trade, ...rest) {
          const id = trade.id.replace(/[^.]+$/, `at-${msOf(clock.now())}`) as TradeAheadId;
          return orders.acceptAhead({ ...trade, id }, ...rest);
        },
      },
    }),
  },
  conditionIsMissing: {
    bug: 'an order is changed whatever version it is at',
    foundWithinSeeds: 60,
    seed: 38,
    below: ({ orders }) => ({
      orders: {
        ...orders,
        async changeOrder(change, ...rest) {
          const version = (await orders.getOrder(change.orderId))?.version ?? change.version;
          return orders.changeOrder({ ...change, version }, ...rest);
        },
      },
    }),
  },
  etagIsIgnored: {
    bug: 'a grid is replaced whatever its tag is',
    foundWithinSeeds: 15,
    seed: 63,
    below: ({ grids }) => ({
      grids: {
        ...grids,
        async replace(grid, etag, ...rest) {
          const now = await grids.get(grid.id);
          return grids.replace(grid, now?.etag ?? etag, ...rest);
        },
      },
    }),
  },
  keyIsNotKept: {
    bug: 'what was made under an Idempotency-Key is forgotten',
    foundWithinSeeds: 8,
    seed: 5,
    below: () => ({
      prosumerIdempotency: {
        begin: async (_key, record) => record,
        complete: async (_key, answer) => answer,
      },
    }),
  },
  indexIsGivenTwice: {
    bug: 'an index of a wallet is given to one deposit and to the next',
    foundWithinSeeds: 25,
    seed: 5,
    below: ({ wallets }) => ({
      wallets: {
        ...wallets,
        async allocate(...given) {
          const indexes = [...(await wallets.allocate(...given))];
          const isOdd = (purpose: string, index: number) =>
            purpose.startsWith('deposit.') && index % 2 === 1;
          return new Map(
            indexes.map(([purpose, index]) => [purpose, isOdd(purpose, index) ? index - 1 : index]),
          );
        },
      },
    }),
  },
  entryIsMissing: {
    bug: 'an order is replaced, and the audit log says nothing of it',
    foundWithinSeeds: 12,
    seed: 1,
    below: ({ orders }, { directory }) => ({
      orders: {
        ...orders,
        async changeOrder(change, entry) {
          const outcome = await orders.changeOrder(change, entry);
          if (outcome.outcome === 'changed') deleteEntry(directory, entry.id);
          return outcome;
        },
      },
    }),
  },
  entrySaysOther: {
    bug: 'the entry of a change of a grid has what is new as what was before',
    foundWithinSeeds: 8,
    seed: 2,
    below: ({ grids }) => ({
      grids: {
        ...grids,
        replace: (grid, etag, entry) => {
          const { before: _, ...rest } = entry;
          const said = rest.after === undefined ? rest : { ...rest, before: rest.after };
          return grids.replace(grid, etag, said);
        },
      },
    }),
  },
} as const satisfies Readonly<Record<string, Plant>>;

function deleteEntry(directory: string, entryId: string): void {
  const db = new DatabaseSync(join(directory, 'prosumerInfo.db'));
  db.exec('DROP TRIGGER IF EXISTS auditEntriesNoMoreDELETE');
  db.prepare('DELETE FROM auditEntries WHERE entryId = ?').run(entryId);
  db.close();
}
