import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { cosmosClosingStore } from '../../shared/adapters/azure/cosmos/closingStore.ts';
import type { ContainerName } from '../../shared/adapters/azure/cosmos/containers.ts';
import { cosmosGridStore } from '../../shared/adapters/azure/cosmos/gridStore.ts';
import { cosmosReadingStore } from '../../shared/adapters/azure/cosmos/readingStore.ts';
import { cosmosRosterStore } from '../../shared/adapters/azure/cosmos/rosterStore.ts';
import { cosmosTradeStore } from '../../shared/adapters/azure/cosmos/tradeStore.ts';
import { openBitcoin } from '../../shared/adapters/bitcoin/openBitcoin.ts';
import { sha256 } from '../../shared/adapters/digest.ts';
import { uuidV7 } from '../../shared/adapters/ids.ts';
import { type ProsumerId, parseGridId, parseProsumerId } from '../../shared/domain/ids.ts';
import {
  addMinutes,
  firstTimeframeFrom,
  type Instant,
  parseInstant,
} from '../../shared/domain/timeframe.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { closeTimeframe } from '../../shared/operations/closeTimeframe.ts';
import { createGrid } from '../../shared/operations/createGrid.ts';
import { postReadings } from '../../shared/operations/postReadings.ts';
import { recordTrades } from '../../shared/operations/recordTrades.ts';
import { countingBus, countingLedger, emptyBooks, nobodyErased } from './countingPorts.ts';
import { memoryCosmos } from './memoryCosmos.ts';
import { estimatedRequestUnits, systemPropertiesBytes } from './requestUnits.ts';

/** What one timeframe of one grid asks of the services, on the average of the sample. */
export type GridUsage = {
  readonly prosumers: number;
  readonly trades: number;
  readonly postings: number;
  readonly batches: number;
  readonly posts: number;
  /** Messages to both queues, each counted once per 64 KB begun, as Service Bus bills them. */
  readonly messageParts: number;
  readonly requestUnits: Readonly<Record<ContainerName, number>>;
  /** Bytes of documents that stay, with what the service adds to each. */
  readonly cosmosBytes: number;
  readonly tradeDocumentBytes: number;
  readonly tradeMessageBytes: number;
};

/** Every so many timeframes of the measured homes one is taken: 8.75 hours further on another day. */
const sampleEvery = 419;
const sampleCount = 8;
const sampleStart = '2021-02-15T00:00:00Z';
const timeframeMinutes = 15;

/**
 * Posts the readings of a grid of so many prosumers, closes and records them through the app's own
 * operations and Cosmos DB stores, and counts. The prosumers are the 16 measured homes of the
 * demonstration, as often as they are needed. `readingsPerPost` is how many a gateway sends at once.
 */
export async function measureGrid(
  prosumers: number,
  readingsPerPost: number,
  samples = sampleCount,
): Promise<GridUsage> {
  const homes = readHomes();
  const cosmos = memoryCosmos();
  const bus = countingBus();
  const ledger = countingLedger();
  let now = instant(sampleStart);
  const ports = {
    grids: cosmosGridStore(cosmos.database),
    rosters: cosmosRosterStore(cosmos.database),
    readings: cosmosReadingStore(cosmos.database),
    closings: cosmosClosingStore(cosmos.database),
    trades: cosmosTradeStore(cosmos.database),
    orders: emptyBooks,
    prosumers: nobodyErased,
    bus,
    ledger,
    clock: { now: () => now },
    ids: uuidV7(),
    bitcoin: await openBitcoin('regtest'),
    sha256,
    log: { info: silent, warn: silent, error: silent },
    by: { kind: 'system', id: 'measurement' } as const,
  };
  const gridId = known(parseGridId('community'));
  await createGrid(ports, {
    id: gridId,
    name: 'Community',
    timeZone: 'Europe/Berlin',
    timeframeMinutes,
    graceMinutes: 0,
    activeFrom: now,
    paused: false,
    market: { mechanism: 'pool', price: { rule: 'mid_market' } },
    tariff: {
      importPriceMsatPerKwh: msatPerKwh(500_000),
      exportPriceMsatPerKwh: msatPerKwh(100_000),
      gridFeeMsatPerKwh: msatPerKwh(0),
    },
  });
  const ids = prosumerIds(prosumers);
  for (const prosumerId of ids) {
    await ports.rosters.upsert(gridId, { prosumerId, activeFrom: now, status: 'active' }, 1);
  }
  cosmos.takeRequests();
  const before = cosmos.storedBytes();

  for (let sample = 0; sample < samples; sample += 1) {
    const timeframe = addMinutes(instant(sampleStart), sample * timeframeMinutes);
    now = addMinutes(timeframe, timeframeMinutes);
    const at = addMinutes(instant(sampleStart), sample * sampleEvery * timeframeMinutes);
    const energies = known(homes.get(at));
    const readings = ids.map((prosumerId, index) => {
      const [producedWh = 0, consumedWh = 0] = energies[index % energies.length] ?? [];
      return {
        index,
        prosumerId,
        timeframe,
        producedWh: wattHours(producedWh),
        consumedWh: wattHours(consumedWh),
        quality: 'measured' as const,
        version: 1,
        source: 'gateway',
      };
    });
    for (let start = 0; start < readings.length; start += readingsPerPost) {
      const intervals = readings.slice(start, start + readingsPerPost);
      await postReadings(ports, gridId, { intervals, registers: [] });
    }
    const command = { gridId, timeframe: firstTimeframeFrom(timeframe, timeframeMinutes) };
    await bus.sendCloseCommands([{ messageId: `${gridId}.${timeframe}`, body: command }]);
    const { closed } = await closeTimeframe(ports, command);
    if (closed.length !== 1) throw new Error(`${timeframe} was not closed`);
    for (const batch of bus.take()) await recordTrades(ports, batch);
    // What the timer looks at each minute of a timeframe, for each grid.
    for (let minute = 0; minute < timeframeMinutes; minute += 1) {
      await ports.closings.last(gridId);
      await ports.closings.listLate(gridId, instant(sampleStart), 100);
      await ports.closings.listUnsettled(gridId, 50);
    }
  }

  const requests = cosmos.takeRequests();
  const requestUnits = {
    grids: 0,
    closings: 0,
    readings: 0,
    answers: 0,
    auditEntries: 0,
    trades: 0,
  };
  for (const request of requests) {
    requestUnits[request.container] += estimatedRequestUnits(request) / samples;
  }
  const created = requests.filter(({ kind }) => kind === 'create');
  const tradeDocuments = created.filter(({ container }) => container === 'trades');
  const { trades, batches, parts, tradeBytes } = bus.totals();
  return {
    prosumers,
    trades: trades / samples,
    postings: ledger.postings() / samples,
    batches: batches / samples,
    posts: Math.ceil(prosumers / readingsPerPost),
    messageParts: parts / samples,
    requestUnits,
    cosmosBytes: (cosmos.storedBytes() - before + created.length * systemPropertiesBytes) / samples,
    tradeDocumentBytes:
      tradeDocuments.reduce((sum, { bytes }) => sum + bytes, 0) / tradeDocuments.length,
    tradeMessageBytes: tradeBytes / trades,
  };
}

function prosumerIds(count: number): readonly ProsumerId[] {
  return Array.from({ length: count }, (_, index) =>
    known(parseProsumerId(`prosumer-${String(index).padStart(6, '0')}`)),
  );
}

type Energy = readonly [producedWh: number, consumedWh: number];

/** What the measured homes produced and consumed, by the start of the timeframe. */
function readHomes(): ReadonlyMap<string, readonly Energy[]> {
  const file = new URL('../../local/data/hamlet16_15min.csv.gz', import.meta.url);
  const [, ...lines] = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  const homes = new Map<string, Energy[]>();
  for (const line of lines) {
    const [at = '', , producedWh, consumedWh] = line.split(',');
    const energies = homes.get(at) ?? [];
    homes.set(at, energies);
    energies.push([Number(producedWh), Number(consumedWh)]);
  }
  return homes;
}

function instant(text: string): Instant {
  return known(parseInstant(text));
}

function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the sample is not what it should be');
  return value;
}

function silent(): void {}
