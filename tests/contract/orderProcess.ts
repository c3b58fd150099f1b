import { parseArgs } from 'node:util';
import { openEmbedded } from '../../shared/adapters/embedded/openEmbedded.ts';
import { entryOf } from './auditSamples.ts';
import { aheadOf, changeOf, noLimits, orderOf } from './orderSamples.ts';
import { at1030, instant, prosumerId, riverside } from './samples.ts';

/**
 * A process of its own that accepts trades ahead and changes orders for 10:30, at most `countMax` of
 * each, until the timeframe is sealed. Says each that it is told was made. With `seal` it seals the
 * timeframe after so many.
 */
const { values } = parseArgs({
  options: {
    directory: { type: 'string' },
    name: { type: 'string' },
    countMax: { type: 'string' },
    seal: { type: 'string' },
  },
});
const { directory, name, countMax, seal } = values;
if (directory === undefined || name === undefined) throw new Error('--directory, --name');

const clock = { now: () => instant('2026-11-22T10:20:00Z') };
const { orders, close } = openEmbedded(directory, { clock, durability: 'process' });
const of = { prosumerId: prosumerId(name) };

for (let n = 1; n <= Number(countMax); n += 1) {
  if (n === Number(seal)) await orders.seal(riverside, at1030);
  const trade = aheadOf(`${name}-${n}`, of);
  const accepted = await orders.acceptAhead(trade, noLimits, entryOf());
  if (accepted.outcome === 'accepted') process.stdout.write(`${trade.id}\n`);
  const { id } = orderOf(`${name}-${n}`);
  await orders.place(orderOf(id, of), Number(countMax), entryOf());
  const changed = await orders.changeOrder(changeOf(id), entryOf());
  if (changed.outcome === 'changed') process.stdout.write(`${id}.2\n`);
}
close();
