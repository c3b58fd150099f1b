import { signMessage } from '../../local/signer/signMessage.ts';
import { openEmbeddedChain } from '../../shared/adapters/embedded/chain/openEmbeddedChain.ts';
import { followPayments } from '../../shared/operations/followPayments.ts';
import { followPayouts } from '../../shared/operations/followPayouts.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { testWallet } from '../bitcoin/testWallet.ts';
import type { Call } from '../functions/api.ts';
import { type CallAs, openApiFor } from '../functions/callers.ts';
import { openTestApp } from '../operations/testApp.ts';

/** An app with something of everything in it, that many kinds of callers may reach. */
export type FuzzApp = {
  readonly callAs: CallAs;
  readonly now: () => string;
  /** What was logged as an error since the last time that it was asked. */
  errors(): readonly string[];
  /** A quarter-hour passes: timeframes close, trades are recorded, a block is mined. */
  advance(): Promise<void>;
  end(): void;
};

const started = '2026-11-01T10:05:00Z';
const quarter = '2026-11-01T10:00:00Z';
const quarterMs = 15 * 60_000;
const maturityBlocks = 101;

export async function openFuzzApp(): Promise<FuzzApp> {
  let number = 0;
  let nowMs = Date.parse(started);
  let logged: string[] = [];
  const next = () => {
    number += 1;
    return `01930000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
  };
  const silent = () => undefined;
  const log: Ports['log'] = {
    info: silent,
    warn: silent,
    error: (message, fields) => void logged.push(`${message} ${JSON.stringify(fields ?? {})}`),
  };
  const app = openTestApp(started, undefined, { ids: { next }, log });
  const { chain, miner, close } = await openEmbeddedChain(app.directory, {
    clock: app.ports.clock,
    durability: 'process',
  });
  const ports = { ...app.ports, chain };
  const callAs = openApiFor(ports);
  const rest = testWallet('nobody').key(1, 0).address;
  const advance = async () => {
    nowMs += quarterMs;
    app.setClock(new Date(nowMs).toISOString().replace('.000Z', 'Z'));
    await app.tick();
    await app.drain();
    await miner.mine(1, rest);
    await followPayments(ports);
    await followPayouts(ports);
  };
  const mine = async (address: string) => {
    await miner.mine(1, address);
    await miner.mine(maturityBlocks, rest);
  };
  await fill(callAs(['operator']), advance, mine);
  return {
    callAs,
    now: () => app.ports.clock.now(),
    errors() {
      const until = logged;
      logged = [];
      return until;
    },
    advance,
    end() {
      close();
      app.end();
    },
  };
}

const energyWh = 2_000_000;

/** Two grids, of which one is settled and billed; who is owed something can be paid. */
async function fill(
  call: Call,
  advance: () => Promise<void>,
  mine: (address: string) => Promise<void>,
): Promise<void> {
  const send = async (method: string, path: string, body?: unknown) => {
    const answer = await call(method, path, body);
    if (answer.status < 300) return answer.body;
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  for (const [id, mechanism, names] of [
    ['lane', 'auction', ['anna', 'ben']],
    ['mill', 'pool', ['carl', 'dora']],
  ] as const) {
    await send('POST', '/grids', gridOf(id, mechanism));
    for (const name of names) {
      const home = { id: name, gridId: id, name, address: 'Lane 1', type: 'household' };
      await send('POST', '/prosumers', { ...home, activeFrom: quarter });
    }
    const [buyer, seller] = names;
    const readings = [
      { prosumerId: buyer, timeframe: quarter, producedWh: 0, consumedWh: energyWh },
      { prosumerId: seller, timeframe: quarter, producedWh: energyWh, consumedWh: 0 },
    ];
    await send('POST', `/grids/${id}/readings`, { readings });
    if (mechanism === 'auction') {
      const order = { id: `${buyer}-1`, prosumerId: buyer, side: 'buy' };
      await send('POST', '/orders', { ...order, limitPriceMsatPerKwh: 300_000 });
    }
    const timeframe = id === 'lane' ? quarter : '2026-11-01T12:00:00Z';
    const sale = { prosumerId: buyer, timeframe, side: 'sell', energyWh: 9 };
    await send('POST', '/trades', sale);
  }
  await advance();
  await send('POST', '/grids/lane/billing-runs/2026-11/finalize');
  await send('POST', '/grids/mill/billing-runs', { period: '2026-11' });
  const { address, node } = testWallet('ben').key(0, 0);
  const home = '/prosumers/ben/payout-address';
  const { message, nonce } = await send('POST', `${home}/challenge`, { address });
  await send('PUT', home, { address, nonce, signature: signMessage(node, 'p2wpkh', message) });
  const deposit = await send('POST', '/grids/lane/deposit-addresses');
  await mine(deposit.address);
  await send('POST', '/grids/lane/payouts', { feeRateSatPerKvb: 2_000 });
}

/** Paths that show what an app begins with. */
export const firstPaths: readonly string[] = [
  '/grids',
  '/prosumers',
  ...['lane', 'mill'].flatMap((id) => [
    `/trades?gridId=${id}`,
    `/invoices?gridId=${id}`,
    `/grids/${id}/prosumers`,
    `/grids/${id}/timeframes`,
    `/grids/${id}/tariffs`,
    `/grids/${id}/billing-runs`,
    `/grids/${id}/billing-runs/2026-11/accounts`,
    `/grids/${id}/payouts`,
  ]),
  '/orders?prosumerId=anna',
  '/trades?prosumerId=anna&status=pending',
  '/trades?prosumerId=carl&status=pending',
  '/grids/lane/billing-runs/2026-11/statements/anna',
  '/prosumers/ben/netto',
];

function gridOf(id: string, mechanism: string): object {
  return {
    id,
    name: id,
    timeZone: 'Europe/Vienna',
    timeframeMinutes: 15,
    graceMinutes: 0,
    activeFrom: quarter,
    ...(id === 'lane' && { activeUntil: '2026-11-01T10:15:00Z' }),
    market: { mechanism },
    tariff: {
      importPriceMsatPerKwh: 500_000,
      exportPriceMsatPerKwh: 100_000,
      gridFeeMsatPerKwh: 10_000,
    },
    billing: { accountKey: testWallet(id).accountKey },
  };
}
