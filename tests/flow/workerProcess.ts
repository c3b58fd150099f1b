import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { openPorts } from '../../shared/adapters/openPorts.ts';
import { readSettings } from '../../shared/config.ts';
import { closeTimeframe } from '../../shared/operations/closeTimeframe.ts';
import { recordTrades } from '../../shared/operations/recordTrades.ts';

/**
 * An instance of the app without a host, for the tests that run two on one data directory: opens,
 * says `ready`, takes its messages as JSON from stdin, handles them one after the other, and says
 * which closings it made.
 */
const { values } = parseArgs({ options: { directory: { type: 'string' } } });
const silent = () => undefined;
const opened = await openPorts(readSettings({ DATA_DIR: values.directory }));
const ports = {
  ...opened,
  log: { info: silent, warn: silent, error: silent },
  by: { kind: 'system', id: 'test' } as const,
};
process.stdout.write('ready\n');

const closed: number[] = [];
for (const { queue, body } of JSON.parse(await text(process.stdin))) {
  if (queue === 'trades') await recordTrades(ports, body);
  else closed.push(...(await closeTimeframe(ports, body)).closed.map((each) => each.closingNumber));
}
process.stdout.write(`${JSON.stringify(closed)}\n`);
