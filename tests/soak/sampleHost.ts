import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What a host takes up at one moment. */
export type HostSample = {
  readonly rssMib: number;
  /** What of it belongs to no file: the heap, and what SQLite keeps of its files. */
  readonly anonymousMib: number;
  readonly openFiles: number;
  /** All write-ahead logs together. */
  readonly logMib: number;
  readonly dataMib: number;
  /** Messages that wait or are worked on, and those given up. */
  readonly messages: number;
  readonly deadMessages: number;
};

const bytesPerMib = 2 ** 20;
const kibPerMib = 2 ** 10;

/** Looks at the process, which Linux shows under `/proc`, and at the files of its data directory. */
export function sampleHost(pid: number, dataDirectory: string): HostSample {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const sizes = readdirSync(dataDirectory).map((name) => ({
    isLog: name.endsWith('-wal'),
    mib: (statSync(join(dataDirectory, name), { throwIfNoEntry: false })?.size ?? 0) / bytesPerMib,
  }));
  const sumOf = (isLog: boolean) =>
    Math.round(sizes.reduce((sum, each) => sum + (each.isLog === isLog ? each.mib : 0), 0));
  return {
    rssMib: fieldMib(status, 'VmRSS'),
    anonymousMib: fieldMib(status, 'RssAnon'),
    openFiles: readdirSync(`/proc/${pid}/fd`).length,
    logMib: sumOf(true),
    dataMib: sumOf(false),
    ...countMessages(dataDirectory),
  };
}

function fieldMib(status: string, name: string): number {
  const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  return Math.round(Number(kib) / kibPerMib);
}

function countMessages(dataDirectory: string): Pick<HostSample, 'messages' | 'deadMessages'> {
  const db = new DatabaseSync(join(dataDirectory, 'queues.db'), { readOnly: true });
  try {
    const row = db.prepare('SELECT count(*) AS sum, sum(isDead) AS dead FROM messages').get();
    const dead = Number(row?.['dead'] ?? 0);
    return { messages: Number(row?.['sum']) - dead, deadMessages: dead };
  } finally {
    db.close();
  }
}
