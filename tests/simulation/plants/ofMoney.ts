import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { microSatoshi } from '../../../shared/domain/units.ts';
import type { Plant } from './plant.ts';

const usatPerSat = 1_000_000n;

/** Bugs of what a batch of trades moves. */
export const plantsOfMoney = {
  sumIsMovedTwice: {
    bug: 'a batch that comes again moves a sum again, and adds no posting',
    foundWithinSeeds: 8,
    seed: 12,
    below: ({ ledger }, { directory }) => {
      const seen = new Set<string>();
      return {
        ledger: {
          ...ledger,
          async record(key, postings, ...rest) {
            const outcome = await ledger.record(key, postings, ...rest);
            const name = JSON.stringify(key);
            const [first] = postings;
            if (seen.has(name) && first !== undefined) moveAgain(directory, first.accountId);
            seen.add(name);
            return outcome;
          },
        },
      };
    },
  },
  legIsLost: {
    bug: 'the last posting of a large batch is left out',
    foundWithinSeeds: 3,
    seed: 5,
    below: ({ ledger }) => ({
      ledger: {
        ...ledger,
        record: (key, postings, ...rest) =>
          ledger.record(key, postings.length > 8 ? postings.slice(0, -1) : postings, ...rest),
      },
    }),
  },
  moneyIsRoundedEarly: {
    bug: 'postings are rounded to whole satoshi',
    foundWithinSeeds: 3,
    seed: 5,
    below: ({ ledger }) => ({
      ledger: {
        ...ledger,
        record: (key, postings, ...rest) =>
          ledger.record(
            key,
            postings.map((posting) => ({
              ...posting,
              creditUsat: wholeSat(posting.creditUsat),
              debitUsat: wholeSat(posting.debitUsat),
            })),
            ...rest,
          ),
      },
    }),
  },
  batchIsTorn: {
    bug: 'of a batch of several trades the last is not written, and nobody is told',
    foundWithinSeeds: 5,
    seed: 12,
    below: ({ trades }) => ({
      trades: {
        ...trades,
        createBatch: (key, batch) =>
          trades.createBatch(key, batch.length > 4 ? batch.slice(0, -1) : batch),
      },
    }),
  },
} as const satisfies Readonly<Record<string, Plant>>;

function wholeSat(usat: bigint) {
  return microSatoshi(usat - (usat % usatPerSat));
}

function moveAgain(directory: string, accountId: string): void {
  const db = new DatabaseSync(join(directory, 'prosumerInfo.db'));
  const sql = 'UPDATE prosumers SET creditsUsat = creditsUsat + 1 WHERE prosumerId = ?';
  db.prepare(sql).run(accountId);
  db.close();
}
