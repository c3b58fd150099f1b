import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHostProcess } from '../localHost/hostProcess.ts';
import type { FuzzCaller } from './fuzzRequest.ts';

/** The local host in a process of its own, with a grid in it. */
export type FuzzHost = {
  readonly port: number;
  /** A token of the host's own issuer; undefined for who has none. */
  tokenOf(caller: FuzzCaller): Promise<string | undefined>;
  get(path: string): Promise<{ headers: Record<string, string>; body: unknown }>;
  /** Memory that it has, and files and sockets that it holds open; undefined where nobody tells. */
  figures(): { readonly residentMb: number; readonly open: number } | undefined;
  /** Ends it in order, and answers its exit code. */
  stop(): Promise<number | null>;
};

const main = join(import.meta.dirname, '../../local/main.ts');
const tokensMax = 5_000;
const tokenMinutes = 60;
const kbPerMb = 1_024;
const quarterMs = 15 * 60_000;

export async function openFuzzHost(env: Readonly<Record<string, string>>): Promise<FuzzHost> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const args = ['--live', '--auth', '--port', '0', '--data', dataDirectory];
  const host = startHostProcess({ script: main, args, env, dataDirectory });
  const url = await host.ready;
  const tokens = new Map<string, string | undefined>();
  const issue = async ({ roles, subject }: FuzzCaller): Promise<string | undefined> => {
    const body = JSON.stringify({ subject, roles, minutes: tokenMinutes });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/admin/tokens`, { method: 'POST', headers, body });
    if (!answer.ok) return undefined;
    return ((await answer.json()) as { readonly token: string }).token;
  };
  const tokenOf = async (caller: FuzzCaller) => {
    if (caller.roles === undefined) return undefined;
    const key = JSON.stringify(caller);
    if (!tokens.has(key)) {
      if (tokens.size >= tokensMax) tokens.clear();
      tokens.set(key, await issue(caller));
    }
    return tokens.get(key);
  };
  const operator = await issue({ roles: ['operator'], subject: 'fuzz' });
  const authorization = `Bearer ${operator}`;
  const send = async (method: string, path: string, content?: object) => {
    const headers = { authorization, 'content-type': 'application/json' };
    const body = content === undefined ? null : JSON.stringify(content);
    const answer = await fetch(`${url}/api${path}`, { method, headers, body });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return { headers: Object.fromEntries(answer.headers), body: await answer.json() };
  };
  await fill(send).catch((error: unknown) => {
    host.child.kill('SIGKILL');
    throw new Error(`the host was not filled: ${host.stdout()}${host.stderr()}`, { cause: error });
  });
  return {
    port: Number(new URL(url).port),
    tokenOf,
    get: (path) => send('GET', path),
    figures: () => figuresOf(host.child.pid),
    async stop() {
      host.child.kill('SIGTERM');
      const code = await host.ended;
      rmSync(dataDirectory, { recursive: true, force: true });
      return code;
    },
  };
}

type Send = (method: string, path: string, content?: object) => Promise<unknown>;

/** A grid from the quarter-hour before on, with two prosumers who have said what they measured. */
async function fill(send: Send): Promise<void> {
  const startMs = Math.floor(Date.now() / quarterMs) * quarterMs;
  const timeframe = new Date(startMs).toISOString().replace('.000Z', 'Z');
  await send('POST', '/grids', {
    id: 'lane',
    name: 'Lane',
    timeZone: 'Europe/Vienna',
    timeframeMinutes: 15,
    graceMinutes: 0,
    activeFrom: timeframe,
    market: { mechanism: 'auction' },
    tariff: {
      importPriceMsatPerKwh: 500_000,
      exportPriceMsatPerKwh: 100_000,
      gridFeeMsatPerKwh: 10_000,
    },
  });
  for (const id of ['anna', 'ben']) {
    const home = { id, gridId: 'lane', name: id, address: 'Lane 1', type: 'household' };
    await send('POST', '/prosumers', { ...home, activeFrom: timeframe });
  }
  const limit = { limitPriceMsatPerKwh: 300_000 };
  await send('POST', '/orders', { id: 'anna-1', prosumerId: 'anna', side: 'buy', ...limit });
  const readings = [
    { prosumerId: 'anna', timeframe, producedWh: 0, consumedWh: 1_500 },
    { prosumerId: 'ben', timeframe, producedWh: 2_000, consumedWh: 0 },
  ];
  await send('POST', '/grids/lane/readings', { readings });
}

/** As Linux tells them of a process. */
function figuresOf(pid: number | undefined): ReturnType<FuzzHost['figures']> {
  if (process.platform !== 'linux') return undefined;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const residentKb = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  return { residentMb: residentKb / kbPerMb, open: readdirSync(`/proc/${pid}/fd`).length };
}
