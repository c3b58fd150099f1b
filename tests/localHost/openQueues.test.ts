import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openQueues } from '../../local/host/openQueues.ts';
import { openEmbedded } from '../../shared/adapters/embedded/openEmbedded.ts';
import { instantOf } from '../../shared/domain/timeframe.ts';

test('the host receives from the queues that the app sends to', () => {
  const directory = mkdtempSync(join(tmpdir(), 'open-queues-'));
  const clock = { now: () => instantOf(Date.now()) };
  const app = openEmbedded(directory, { clock });
  const source = openQueues(directory);
  expect(source.receive('trades', 10)).toEqual([]);
  app.queues.send('trades', [{ messageId: 'm', body: '{}' }]);
  const [message] = source.receive('trades', 10);
  expect(message).toMatchObject({ messageId: 'm', body: '{}', deliveryCount: 1 });
  source.complete('trades', message?.lockToken ?? '');
  expect(app.queues.counts('trades')).toEqual({ active: 0, locked: 0, deadLettered: 0 });
  app.close();
});

test('a host that starts takes over at once what a dead one had locked', () => {
  const directory = mkdtempSync(join(tmpdir(), 'open-queues-'));
  const app = openEmbedded(directory, { clock: { now: () => instantOf(Date.now()) } });
  app.queues.send('trades', [{ messageId: 'm', body: '{}' }]);
  expect(openQueues(directory).receive('trades', 10)).toHaveLength(1);
  expect(openQueues(directory).receive('trades', 10)).toMatchObject([{ deliveryCount: 2 }]);
  app.close();
});
