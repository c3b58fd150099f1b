import type { ClockSettings } from '../config/clockSettings.ts';
import type { Settings } from '../config.ts';
import type { Bus } from '../ports/bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Health } from '../ports/health.ts';
import type { Limits } from '../ports/limits.ts';
import type { Log } from '../ports/log.ts';
import type { Ports } from '../ports/ports.ts';
import type { Tokens } from '../ports/tokens.ts';
import type { Trace } from '../ports/trace.ts';
import { scaledClock, systemClock } from './clock.ts';
import { sha256 } from './digest.ts';
import { healthWithin } from './healthWithin.ts';
import { uuidV7 } from './ids.ts';
import { openLimits } from './limits.ts';
import { openMoney } from './openMoney.ts';
import { openTokens } from './openTokens.ts';

/** The ports without the log and who acts, which belong to an invocation. */
export type OpenedPorts = Omit<Ports, 'log' | 'by'> & {
  /** Who says who a caller is. */
  readonly tokens: Tokens;
  readonly limits: Limits;
  /** A bus whose messages carry a trace on; `bus` has none. */
  busOf(trace: Trace | undefined): Bus;
  /** Lets go of everything behind the ports. */
  close(): Promise<void>;
};

/** Who asks whether the app is ready does not wait as long as who has work to be done. */
const checkMsMax = 10_000;

const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };

type Closable = { close(): void | Promise<void> };

/**
 * Opens what the settings name. Each store's adapter is loaded only where it is used, and those of
 * services connect at their first use: what does not answer is a part that is not ready. `log` hears
 * what each operation on Cosmos DB has cost.
 */
export async function openPorts(settings: Settings, log: Log = silent): Promise<OpenedPorts> {
  const clock = clockOf(settings.clock);
  const opened: Closable[] = [];
  const close = async () => {
    await Promise.all(opened.splice(0).map((part) => part.close()));
  };
  const keep = <Part extends Closable>(part: Part): Part => {
    opened.push(part);
    return part;
  };
  try {
    const { health: documentsHealth, ...documents } = keep(
      await openDocuments(settings.documents, clock, log),
    );
    const { health: prosumerInfoHealth, ...prosumerInfo } = keep(
      await openProsumerInfo(settings.prosumerInfo, clock),
    );
    const papers = await openBillingDocuments(settings.billingDocuments);
    const { health: busHealth, busOf } = keep(await openBus(settings, clock));
    const { health: moneyHealth, ...money } = keep(await openMoney(settings, clock));
    const { tokens, health: tokensHealth } = await openTokens(settings.auth);
    const health = [
      ...documentsHealth,
      ...prosumerInfoHealth,
      papers.health,
      ...busHealth,
      ...moneyHealth,
      ...tokensHealth,
    ];
    return {
      ...documents,
      ...prosumerInfo,
      documents: papers.documents,
      ...money,
      tokens,
      limits: openLimits(settings.limits),
      bus: busOf(undefined),
      busOf,
      clock,
      ids: uuidV7(),
      sha256,
      health: health.map((part) => healthWithin(part, checkMsMax)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openDocuments(settings: Settings['documents'], clock: Clock, log: Log) {
  if (settings.kind === 'cosmos') {
    const { openCosmosStores } = await import('./azure/cosmos/openCosmosStores.ts');
    const { logCharges } = await import('./azure/cosmos/requestMeter.ts');
    return openCosmosStores(settings, { clock, meter: logCharges(log) });
  }
  const { openEmbeddedDocuments } = await import('./embedded/openEmbedded.ts');
  return openEmbeddedDocuments(settings.directory, { clock });
}

async function openProsumerInfo(settings: Settings['prosumerInfo'], clock: Clock) {
  if (settings.kind === 'sql') {
    const { openSql } = await import('./azure/sql/openSql.ts');
    const { health, ...stores } = openSql(settings, clock);
    return { ...stores, health: [health] };
  }
  const { openEmbeddedProsumerInfo } = await import('./embedded/openEmbedded.ts');
  return openEmbeddedProsumerInfo(settings.directory, { clock });
}

async function openBillingDocuments(settings: Settings['billingDocuments']) {
  if (settings.kind === 'blob') {
    const { openBlobDocuments } = await import('./azure/blob/documents.ts');
    return openBlobDocuments(settings);
  }
  const { openDocumentFiles } = await import('./embedded/documents.ts');
  return openDocumentFiles(settings.directory);
}

async function openBus(
  { bus, queues: names }: Settings,
  clock: Clock,
): Promise<Closable & Pick<OpenedPorts, 'busOf'> & { readonly health: readonly Health[] }> {
  if (bus.kind === 'serviceBus') {
    const { openServiceBus } = await import('./azure/serviceBus/openServiceBus.ts');
    const { health, ...opened } = await openServiceBus(bus, names);
    return { ...opened, health: [health] };
  }
  const { openEmbeddedQueues } = await import('./embedded/openEmbedded.ts');
  const { embeddedBus } = await import('./embedded/bus.ts');
  const { queues, ...opened } = openEmbeddedQueues(bus.directory, { clock });
  const sender = embeddedBus(queues, names);
  // Its messages have nothing but an id and a body.
  return { ...opened, busOf: () => sender };
}

function clockOf(settings: ClockSettings): Clock {
  return settings.kind === 'system' ? systemClock() : scaledClock(settings);
}
