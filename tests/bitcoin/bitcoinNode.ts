import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, jest } from '@jest/globals';
import { type CoreRpc, openCoreRpc } from '../../shared/adapters/bitcoin/core/coreRpc.ts';
import type { CoreSettings } from '../../shared/config/bitcoinSettings.ts';

/** The node to test against, or undefined where BITCOIND is not set. */
export const bitcoind = process.env['BITCOIND'] || undefined;

// A node takes a while to start, above all where several tests start one at once.
if (bitcoind !== undefined) jest.setTimeout(60_000);

/** Runs a suite that needs a real node; where there is none it is skipped by name. */
export function describeWithNode(title: string, suite: () => void): void {
  const describeIt = bitcoind === undefined ? describe.skip : describe;
  describeIt(`${title} (where BITCOIND is set)`, suite);
}

/** A real node on a regtest chain of its own, with no peer, that answers on this machine alone. */
export type BitcoinNode = {
  /** How an app on this machine logs in. */
  readonly settings: CoreSettings;
  readonly rpc: CoreRpc;
  /** Mines so many blocks that pay to the address; answers their hashes. */
  mine(count: number, address: string): Promise<readonly string[]>;
  /** Undoes the last blocks for good: their transactions go back to the mempool. */
  undo(count: number): Promise<void>;
  /** Stops it, as an operator would, and starts it again with the same chain. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

/** Starts a node and waits until it answers. */
export async function startBitcoinNode(): Promise<BitcoinNode> {
  const program = bitcoind;
  if (program === undefined) throw new Error('BITCOIND is not set');
  const directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-node-'));
  const { settings, running: first } = await startOnFreePort(program, directory);
  let running = first;
  const rpc = openCoreRpc(settings);
  let undoneCount = 0;
  return {
    settings,
    rpc,
    async mine(count, address) {
      // At the same time the same blocks would be made again, which the node has given up.
      if (undoneCount > 0) await rpc.call(['setmocktime', nowS() + undoneCount * apartS]);
      return (await rpc.call(['generatetoaddress', count, address])) as readonly string[];
    },
    async undo(count) {
      undoneCount += 1;
      await undo(rpc, count);
    },
    async restart() {
      await stopProcess(running);
      running = await startProcess(program, directory, settings);
    },
    async stop() {
      await stopProcess(running);
      rmSync(directory, { recursive: true });
    },
  };
}

/** Bitcoin Core 29's rules of relay, where this node has others of its own. */
const policy = [
  '-corepolicy',
  '-acceptnonstdtxn=0',
  '-datacarriersize=83',
  '-minrelaytxfee=0.00001',
  '-incrementalrelayfee=0.00001',
  '-dustrelayfee=0.00003',
  '-dustdynamic=off',
  '-blockmintxfee=0.00001',
  '-mempoolreplacement=fee,-optin',
  '-mempooltruc=enforce',
  '-permitbaredatacarrier=1',
  '-permitephemeral=anchor,send,dust',
  '-rejectbpub=0',
  '-rejectdeadbranches=0',
  '-rejectparasites=0',
  '-rejecttokens=0',
  '-subdustfeepenalty=0',
];

/** A node for a test needs no peer, little memory, and no disk that keeps every write. */
const alone = ['-regtest', '-server', '-listen=0', '-dnsseed=0', '-connect=0', '-natpmp=0'];
const small = [
  '-unsafesqlitesync',
  '-dbcache=8',
  '-maxmempool=50',
  '-par=1',
  '-rpcthreads=4',
  '-printtoconsole=1',
];

type Started = { readonly settings: CoreSettings; readonly running: ChildProcess };

/** Another may take a port that was free just now: then there is another port. */
async function startOnFreePort(program: string, directory: string, attempt = 1): Promise<Started> {
  const settings: CoreSettings = {
    kind: 'core',
    network: 'regtest',
    url: `http://127.0.0.1:${await freePort()}`,
    access: { kind: 'cookie', file: join(directory, 'regtest', '.cookie') },
  };
  try {
    return { settings, running: await startProcess(program, directory, settings) };
  } catch (error) {
    if (attempt === startsMax) throw error;
    return startOnFreePort(program, directory, attempt + 1);
  }
}

const startsMax = 3;

async function startProcess(
  program: string,
  directory: string,
  settings: CoreSettings,
): Promise<ChildProcess> {
  const { port } = new URL(settings.url);
  const place = [`-datadir=${directory}`, '-rpcbind=127.0.0.1', '-rpcallowip=127.0.0.1'];
  const child = spawn(
    program,
    [...alone, ...small, ...policy, ...place, `-rpcport=${port}`, '-debuglogfile=0'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const lines: string[] = [];
  const keep = (chunk: Buffer) => {
    lines.push(chunk.toString('utf8'));
    lines.splice(0, lines.length - linesKept);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const rpc = openCoreRpc(settings);
  const deadline = Date.now() + startMs;
  while (!(await answers(rpc))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the node did not start:\n${lines.join('')}`);
    }
    await setTimeout(pauseMs);
  }
  return child;
}

const startMs = 20_000;
const pauseMs = 50;
const linesKept = 20;

async function answers(rpc: CoreRpc): Promise<boolean> {
  try {
    await rpc.call(['getblockchaininfo']);
    return true;
  } catch {
    // It has not opened its port yet, or not written its cookie.
    return false;
  }
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

async function undo(rpc: CoreRpc, count: number): Promise<void> {
  const height = (await rpc.call(['getblockcount'])) as number;
  const hash = await rpc.call(['getblockhash', height - count + 1]);
  await rpc.call(['invalidateblock', hash]);
}

/** Blocks that are mined at once lie a second apart: no more than these in one go. */
const apartS = 600;

function nowS(): number {
  return Math.floor(Date.now() / 1000);
}

/** A port that was free just now; a node names the port that it listens on itself. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  server.close();
  await once(server, 'close');
  return address.port;
}
