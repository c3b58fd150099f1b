import { join, resolve } from 'node:path';
import type { HostActions } from './adminApi.ts';
import { createFire, type Fire } from './createFire.ts';
import { createPumps } from './createPumps.ts';
import { createTimers } from './createTimers.ts';
import { lockDataDirectory } from './dataDirectoryLock.ts';
import { createFunctionsCore, type FunctionsCore } from './functionsCore.ts';
import { prepareAuth } from './hostAuth.ts';
import { createHostClock, type ScaledTime } from './hostClock.ts';
import type { HostContext } from './hostContext.ts';
import { readHostJson } from './hostJson.ts';
import { createHostLog, type HostLog, parseLogLevel } from './hostLog.ts';
import type { HttpServer } from './httpServer.ts';
import { createInFlight, type InFlight } from './inFlight.ts';
import { invoke } from './invoke.ts';
import { loadApp } from './loadApp.ts';
import type { QueuePump } from './queuePump.ts';
import type { QueueSource } from './queueSource.ts';
import { applySettings } from './settings.ts';
import { startHttp } from './startHttp.ts';
import type { TimerTrigger } from './timerTrigger.ts';
import type { TokenIssuer } from './tokenIssuer.ts';

export type HostParts = {
  /** The app's entry file, TypeScript source or bundle. */
  readonly appFile: string;
  readonly dataDirectory: string;
  /** 0 takes any port that is free. */
  readonly port: number;
  /** Where `host.json` and `local.settings.json` are. */
  readonly appDirectory: string;
  /** Absent: the system's clock. The app learns of it through CLOCK_ORIGIN_MS and its fellows. */
  readonly clock?: ScaledTime;
  /** Awaited once HTTP answers and before timers and queues run: time to bring in what they need. */
  readonly onListening?: (url: string, issuer: TokenIssuer | undefined) => Promise<void>;
  /** Settings of the app that hold where nothing else sets them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Issues tokens of its own, and lets the app take no others. Absent: see `prepareAuth`. */
  readonly issuesTokens?: boolean;
  /** What else can be asked for at `POST /admin/actions/{name}`. */
  readonly actions?: HostActions;
  /** Looks at the data directory once it is ours: what it throws keeps the host from starting. */
  readonly checkData?: (dataDirectory: string) => void;
  /** Opens the queues that the app sends to. Called after the app is loaded. */
  readonly openQueues: (dataDirectory: string) => QueueSource | Promise<QueueSource>;
};

export type Host = {
  /** Without a slash at the end. */
  readonly url: string;
  /** Names of the app's functions, as registered. */
  readonly functions: readonly string[];
  readonly log: HostLog;
  /** Runs a timer, or a queue function on a message body, and waits for it. Throws what it threw. */
  readonly fire: Fire;
  /** Stops taking work, waits for what is under way up to a limit, and runs appTerminate hooks. */
  stop(): Promise<void>;
};

type Prepared = {
  readonly dataDirectory: string;
  readonly release: () => void;
  readonly issuer: TokenIssuer | undefined;
};

/** How long work that is under way may take to end when the host stops. */
const DRAIN_MS_MAX = 20_000;

/**
 * Runs a Functions app in this process: HTTP, timers and queues with the Functions host's
 * semantics. One per process, and one process per data directory.
 */
export async function startHost(parts: HostParts): Promise<Host> {
  const dataDirectory = resolve(parts.dataDirectory);
  const release = lockDataDirectory(dataDirectory);
  process.once('exit', release);
  try {
    prepareEnvironment(parts, dataDirectory);
    parts.checkData?.(dataDirectory);
    const issuer = await prepareAuth(process.env, dataDirectory, parts.issuesTokens ?? false);
    return await start(parts, { dataDirectory, release, issuer });
  } catch (error) {
    release();
    throw error;
  }
}

function prepareEnvironment(
  { appDirectory, clock, settings = {} }: HostParts,
  dataDirectory: string,
): void {
  process.env['DATA_DIR'] = dataDirectory;
  // Whatever else is set: its triggers are served from the queues of the data directory.
  process.env['BUS'] = 'embedded';
  if (clock !== undefined) {
    process.env['CLOCK_ORIGIN_MS'] = String(clock.originMs);
    process.env['CLOCK_REAL_ORIGIN_MS'] = String(clock.realOriginMs);
    process.env['CLOCK_SPEED'] = String(clock.speed);
  }
  applySettings(process.env, join(appDirectory, 'local.settings.json'));
  for (const [name, value] of Object.entries(settings)) process.env[name] ??= value;
}

async function start(
  parts: HostParts,
  { dataDirectory, release, issuer }: Prepared,
): Promise<Host> {
  const level = parseLogLevel(process.env['LOG_LEVEL'] ?? 'warn');
  const log = createHostLog(level, (line) => void process.stderr.write(line));
  const hostJson = readHostJson(join(parts.appDirectory, 'host.json'));
  const core = createFunctionsCore(log);
  await loadApp(core, resolve(parts.appFile));

  const inFlight = createInFlight();
  const pumps: QueuePump[] = [];
  const wakePumps = onceATurn(() => {
    for (const pump of pumps) pump.wake();
  });
  const run: HostContext['run'] = async (target, input) => {
    try {
      return await inFlight.track(invoke(core, target, input));
    } finally {
      // It may have sent something.
      wakePumps();
    }
  };
  const context: HostContext = { dataDirectory, hostJson, core, log, run };
  const timers = createTimers(context, createHostClock(parts.clock));
  pumps.push(...(await createPumps(context, parts.openQueues)));
  const fire = createFire(context, timers);
  const actions = parts.actions ?? {};
  const server = await startHttp(context, parts.port, { fire, actions, issuer });
  await parts.onListening?.(server.url, issuer);
  // Nothing can be refused from here on: what runs now runs until the host is stopped.
  for (const pump of pumps) pump.start();
  for (const timer of timers.values()) timer.start();

  let stopped: Promise<void> | undefined;
  return {
    url: server.url,
    functions: [...core.functions.values()].map(({ metadata }) => metadata.name),
    log,
    fire,
    stop() {
      stopped ??= stopAll({ server, timers, pumps, inFlight, core, log }).finally(release);
      return stopped;
    },
  };
}

async function stopAll(running: {
  readonly server: HttpServer;
  readonly timers: ReadonlyMap<string, TimerTrigger>;
  readonly pumps: readonly QueuePump[];
  readonly inFlight: InFlight;
  readonly core: FunctionsCore;
  readonly log: HostLog;
}): Promise<void> {
  const { server, timers, pumps, inFlight, core, log } = running;
  for (const timer of timers.values()) timer.stop();
  for (const pump of pumps) pump.stop();
  const [isIdle] = await Promise.all([inFlight.idle(DRAIN_MS_MAX), server.close(DRAIN_MS_MAX)]);
  if (!isIdle) {
    const message = `${inFlight.count} invocations were still running after ${DRAIN_MS_MAX} ms.`;
    log({ level: 'warning', category: 'system', source: 'Host', message });
  }
  for (const pump of pumps) pump.releaseUnfinished();
  const { appLevelHookData: hookData, appHookData } = core;
  await core.runHooks('appTerminate', { hookData, appHookData });
}

/** Calls made within one turn of the event loop become one call after it. */
function onceATurn(call: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      call();
    });
  };
}
