import { parseArgs } from 'node:util';
import { openEmbedded } from '../../shared/adapters/embedded/openEmbedded.ts';
import { postingsOf } from '../../shared/domain/ledger.ts';
import { tradesPerBatch } from '../../shared/domain/trade.ts';
import { entryOf } from './auditSamples.ts';
import {
  batchKeyOf,
  billedIn,
  instant,
  nthId,
  prosumerId,
  prosumerOf,
  readingOf,
  riverside,
  tradeOf,
} from './samples.ts';

/**
 * A process of its own that writes into a data directory, for the tests that end one or run two:
 * opens, makes the prosumers, then records `batches` batches and appends readings, and says after
 * each what is acknowledged.
 */
const { values } = parseArgs({
  options: { directory: { type: 'string' }, batches: { type: 'string' } },
});
const { directory, batches } = values;
if (directory === undefined || batches === undefined) throw new Error('--directory, --batches');

const clock = { now: () => instant('2026-11-22T12:00:00Z') };
const stores = openEmbedded(directory, { clock });
const id = (n: number) => prosumerId(nthId(n));
for (let n = 0; n < 10; n += 1) await stores.prosumers.create(prosumerOf(nthId(n)), entryOf());

for (let batch = 1; batch <= Number(batches); batch += 1) {
  const trades = Array.from({ length: tradesPerBatch }, (_, n) => {
    const sequence = (batch - 1) * tradesPerBatch + n + 1;
    return tradeOf(sequence, { sellerId: id(n % 10), buyerId: id((n + 1) % 10) });
  });
  const key = batchKeyOf(tradeOf((batch - 1) * tradesPerBatch + 1));
  await stores.trades.createBatch(key, trades);
  await stores.ledger.record(key, trades.flatMap(postingsOf), billedIn(trades));
  await stores.readings.append(
    riverside,
    Array.from({ length: 100 }, (_, n) => readingOf(nthId(n), { version: batch })),
  );
  stores.queues.send('trades', [{ messageId: String(batch), body: 'recorded' }]);
  process.stdout.write(`${batch}\n`);
}
stores.close();
