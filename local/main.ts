import { resolve } from 'node:path';
import { checkStores } from './checkStores.ts';
import { onBillingKey } from './demonstration/billingKey.ts';
import { type Demonstration, startDemonstration } from './demonstration/demonstration.ts';
import { type DemonstrationClock, demonstrationClock } from './demonstration/demonstrationClock.ts';
import { demonstrationRate } from './demonstration/demonstrationGrid.ts';
import { openQueues } from './host/openQueues.ts';
import { runHost } from './host/runHost.ts';
import { unusableDirectory } from './host/unusableDirectory.ts';
import { type HostOptions, parseHostOptions, usage } from './hostOptions.ts';

const appDirectory = resolve(import.meta.dirname, '..');
const parsed = parseHostOptions(process.argv.slice(2));
/** Who the demonstration is to the app, where that asks for tokens: a new one for each request. */
const demonstrator = { subject: 'demonstration', roles: ['operator'], minutes: 5 };

if (parsed.kind === 'help') {
  process.stdout.write(usage);
} else if (parsed.kind === 'refused') {
  process.stderr.write(`${parsed.reason}\n\n${usage}`);
  process.exitCode = 2;
} else if (parsed.options.isLive) {
  await live(parsed.options);
} else {
  await demonstrate(parsed.options);
}

/** The app alone, as an operator finds it. */
async function live({ speed, ...options }: HostOptions): Promise<void> {
  const startedMs = Date.now();
  const clock = { originMs: startedMs, realOriginMs: startedMs, speed };
  await runHost({ ...partsOf(options), ...(speed === 1 ? {} : { clock }) });
}

/** The app with 16 homes that live through measured days, a quarter-hour a second. */
async function demonstrate({ speed, ...options }: HostOptions): Promise<void> {
  const parts = partsOf(options);
  const clock = clockIn(parts.dataDirectory, speed);
  const write = (text: string) => void process.stdout.write(text);
  let demonstration: Demonstration | undefined;
  const begun = Promise.withResolvers<Demonstration>();
  const bill = async () => (await begun.promise).bill();
  // What goes wrong is shown on the screen: nobody waits for a key that was pressed.
  const ignoreKeys = onBillingKey(process.stdin, () => void bill().catch(() => undefined));
  const { dataDirectory } = parts;
  await runHost({
    ...parts,
    clock,
    // What was measured while nobody was here is posted before any of it can close without it.
    onListening: async (url, issuer) => {
      const token = issuer && (async () => (await issuer.issue(demonstrator)).token);
      const tokens = token && { token };
      demonstration = await startDemonstration({ url, clock, dataDirectory, write, ...tokens });
      begun.resolve(demonstration);
    },
    actions: { bill },
    settings: { RATE_FIXED: demonstrationRate },
    beforeStop: async () => {
      ignoreKeys();
      await demonstration?.stop();
    },
  });
}

/** Its file is the first thing that is written to the directory. */
function clockIn(dataDirectory: string, speed: number): DemonstrationClock {
  try {
    return demonstrationClock(dataDirectory, Date.now, speed);
  } catch (error) {
    const known = unusableDirectory(dataDirectory, error);
    process.stderr.write(`${known instanceof Error ? known.message : known}\n`);
    process.exit(1);
  }
}

function partsOf({ port, dataDirectory, appFile, issuesTokens }: Omit<HostOptions, 'speed'>) {
  return {
    port,
    issuesTokens,
    dataDirectory: resolve(appDirectory, dataDirectory),
    appFile: resolve(appDirectory, appFile),
    appDirectory,
    checkData: checkStores,
    openQueues,
  };
}
