import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBitcoin } from '../../shared/adapters/bitcoin/openBitcoin.ts';
import { qrCodes } from '../../shared/adapters/bitcoin/qrCode.ts';
import { sha256 } from '../../shared/adapters/digest.ts';
import { embeddedBus } from '../../shared/adapters/embedded/bus.ts';
import { openDocumentFiles } from '../../shared/adapters/embedded/documents.ts';
import { type Embedded, openEmbedded } from '../../shared/adapters/embedded/openEmbedded.ts';
import type { LockedMessage } from '../../shared/adapters/embedded/queues.ts';
import { uuidV7 } from '../../shared/adapters/ids.ts';
import type { Instant } from '../../shared/domain/timeframe.ts';
import { closeTimeframe } from '../../shared/operations/closeTimeframe.ts';
import { closeTimeframes } from '../../shared/operations/closeTimeframes.ts';
import { recordTrades } from '../../shared/operations/recordTrades.ts';
import type { Ports } from '../../shared/ports/ports.ts';

const bitcoin = await openBitcoin('regtest');
const names = { timeframes: 'timeframes', trades: 'trades' };
const receivedPerRound = 16;
const roundsMax = 100_000;

/** The operations over embedded stores in a directory of their own, on a clock that a test sets. */
export type TestApp = {
  readonly ports: Ports;
  readonly embedded: Embedded;
  readonly directory: string;
  setClock(now: string): void;
  /** Fires the timer once. */
  tick(): Promise<void>;
  /** Delivers messages until both queues are empty. */
  drain(deliver?: Delivery): Promise<void>;
  /** Closes the stores; the directory goes only when the app that made it ends. */
  end(): void;
};

/** What becomes of the messages of one round; by default each is handled once, in order. */
export type Delivery = (messages: readonly Handled[]) => readonly Handled[];
export type Handled = { readonly queue: keyof typeof names; readonly message: LockedMessage };

/** `instead`: stores to use in place of the embedded ones. */
export function openTestApp(
  now: string,
  directory?: string,
  instead: Partial<Ports> = {},
): TestApp {
  const home = directory ?? mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
  let current = now as Instant;
  const clock = { now: () => current };
  const embedded = openEmbedded(home, { clock, durability: 'process' });
  const { queues, close, ...stores } = embedded;
  const silent = () => undefined;
  const ports: Ports = {
    ...stores,
    documents: openDocumentFiles(home).documents,
    bitcoin,
    qrCodes: qrCodes(),
    bus: embeddedBus(queues, names),
    clock,
    ids: uuidV7(),
    sha256,
    log: { info: silent, warn: silent, error: silent },
    by: { kind: 'system', id: 'test' },
    ...instead,
  };
  return {
    ports,
    embedded,
    directory: home,
    setClock(instant) {
      current = instant as Instant;
    },
    async tick() {
      await closeTimeframes(ports);
    },
    async drain(deliver = (messages) => messages) {
      for (let round = 0; round < roundsMax; round += 1) {
        const received = [...receive(embedded, 'timeframes'), ...receive(embedded, 'trades')];
        if (received.length === 0) return;
        for (const handled of deliver(received)) await handle(ports, handled);
        for (const { queue, message } of received) queues.complete(names[queue], message.lockToken);
      }
      throw new Error('the queues never ran empty');
    },
    end() {
      close();
      if (directory === undefined) rmSync(home, { recursive: true });
    },
  };
}

function receive({ queues }: Embedded, queue: keyof typeof names): readonly Handled[] {
  return queues.receive(names[queue], receivedPerRound).map((message) => ({ queue, message }));
}

async function handle(ports: Ports, { queue, message }: Handled): Promise<void> {
  const body = JSON.parse(message.body);
  if (queue === 'timeframes') await closeTimeframe(ports, body);
  else await recordTrades(ports, body);
}
