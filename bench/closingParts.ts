import type { CloseCommand, TradeBatch } from '../shared/domain/messages.ts';
import { closeTimeframe } from '../shared/operations/closeTimeframe.ts';
import { recordTrades } from '../shared/operations/recordTrades.ts';
import type { BenchPorts, BenchStores } from './benchStores.ts';
import { type Stopwatch, stopwatch, timedStore } from './stopwatch.ts';

/** Ports whose stores tell a watch where the time of a closing goes. */
export type ClosingParts = { readonly ports: BenchPorts; readonly watch: Stopwatch };

/** As many as the queue trigger takes at once. */
const messagesPerReceive = 4;

/** In order of the flow. `settle` and `derive` are what the two operations compute themselves. */
const parts = [
  'read',
  'settle',
  'netto',
  'commit',
  'totals',
  'send',
  'receive',
  'derive',
  'trades',
  'ledger',
] as const;
type Part = (typeof parts)[number];

const partOfMethod: Readonly<Record<string, Part>> = {
  putNettos: 'netto',
  create: 'commit',
  markSettled: 'commit',
  applyClosing: 'totals',
};

/** The same ports, timed at their boundaries. */
export function closingParts(ports: BenchPorts): ClosingParts {
  const watch = stopwatch(parts);
  const partOf = (method: string) => partOfMethod[method] ?? 'read';
  return {
    watch,
    ports: {
      ...ports,
      grids: timedStore(ports.grids, watch, partOf),
      rosters: timedStore(ports.rosters, watch, partOf),
      readings: timedStore(ports.readings, watch, partOf),
      closings: timedStore(ports.closings, watch, partOf),
      orders: timedStore(ports.orders, watch, partOf),
      trades: timedStore(ports.trades, watch, () => 'trades'),
      ledger: timedStore(ports.ledger, watch, () => 'ledger'),
      bus: timedStore(ports.bus, watch, () => 'send'),
    },
  };
}

/** Closes a timeframe and records its batches, from the queue as the app does, until it is empty. */
export async function settleTimed(
  { queues, queueNames }: Pick<BenchStores, 'queues' | 'queueNames'>,
  { ports, watch }: ClosingParts,
  command: CloseCommand,
): Promise<void> {
  await watch.timeRest('settle', () => closeTimeframe(ports, command));
  for (;;) {
    const messages = watch.time('receive', () =>
      queues.receive(queueNames.trades, messagesPerReceive),
    );
    if (messages.length === 0) return;
    for (const { body, lockToken } of messages) {
      await watch.timeRest('derive', async () => {
        const batch: TradeBatch = JSON.parse(body);
        await recordTrades(ports, batch);
      });
      watch.time('receive', () => queues.complete(queueNames.trades, lockToken));
    }
  }
}
