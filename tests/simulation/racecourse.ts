import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBitcoin } from '../../shared/adapters/bitcoin/openBitcoin.ts';
import { qrCodes } from '../../shared/adapters/bitcoin/qrCode.ts';
import { sha256 } from '../../shared/adapters/digest.ts';
import { embeddedBus, type QueueNames } from '../../shared/adapters/embedded/bus.ts';
import { openDocumentFiles } from '../../shared/adapters/embedded/documents.ts';
import { type Embedded, openEmbedded } from '../../shared/adapters/embedded/openEmbedded.ts';
import type { EmbeddedQueues } from '../../shared/adapters/embedded/queues.ts';
import type { GridId } from '../../shared/domain/ids.ts';
import { type Instant, msOf } from '../../shared/domain/timeframe.ts';
import type { Ports } from '../../shared/ports/ports.ts';

const bitcoin = await openBitcoin('regtest');
const deliveriesMax = 1_000;

/** Stores of many races, open in two instances. Each race has a grid and queues of its own. */
export type Racecourse = {
  readonly clock: { now(): Instant; set(at: Instant): void };
  readonly queues: EmbeddedQueues;
  /** Of both instances. They know of the one grid: a timer goes through all there are. */
  portsOf(gridId: GridId, names: QueueNames): readonly [Ports, Ports];
  end(): void;
};

export function openRacecourse(start: Instant): Racecourse {
  const directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-race-'));
  let now = start;
  const clock = {
    now: () => now,
    set(at: Instant) {
      now = at;
    },
  };
  let ids = 0;
  const next = () => {
    ids += 1;
    return `id-${ids}`;
  };
  const queues = { nowMs: () => msOf(now), maxDeliveryCount: deliveriesMax };
  const open = () => openEmbedded(directory, { clock, durability: 'process', queues });
  const [one, other] = [open(), open()];
  const { documents } = openDocumentFiles(directory);
  const portsOf = (embedded: Embedded, gridId: GridId, names: QueueNames): Ports => ({
    ...storesOf(embedded, gridId),
    ...{ documents, bitcoin, qrCodes: qrCodes(), clock, sha256, log: silent },
    by: { kind: 'system', id: 'race' },
    bus: embeddedBus(embedded.queues, names),
    ids: { next },
  });
  return {
    clock,
    queues: one.queues,
    portsOf: (gridId, names) => [portsOf(one, gridId, names), portsOf(other, gridId, names)],
    end() {
      one.close();
      other.close();
      rmSync(directory, { recursive: true });
    },
  };
}

function storesOf({ queues: _, close: __, ...stores }: Embedded, gridId: GridId) {
  const list: Ports['grids']['list'] = async () => {
    const grid = await stores.grids.get(gridId);
    return { items: grid === undefined ? [] : [grid] };
  };
  return { ...stores, grids: { ...stores.grids, list } };
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
