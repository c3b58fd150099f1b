import { resolve } from 'node:path';
import { parseHostOptions, usage } from './hostOptions.ts';
import { openQueues } from './openQueues.ts';
import { runHost } from './runHost.ts';

const appDirectory = resolve(import.meta.dirname, '..');
const parsed = parseHostOptions(process.argv.slice(2));

if (parsed.kind === 'help') {
  process.stdout.write(usage);
} else if (parsed.kind === 'refused') {
  process.stderr.write(`${parsed.reason}\n\n${usage}`);
  process.exitCode = 2;
} else {
  const { port, dataDirectory, appFile, speed } = parsed.options;
  const startedMs = Date.now();
  await runHost({
    port,
    dataDirectory: resolve(appDirectory, dataDirectory),
    appFile: resolve(appDirectory, appFile),
    appDirectory,
    openQueues,
    ...(speed === 1 ? {} : { clock: { originMs: startedMs, realOriginMs: startedMs, speed } }),
  });
}
