import type { RpcLogCategory, RpcLogLevel } from './rpcTypes.ts';

/** One thing to be logged: by the host itself, by the library, or by a function. */
export type LogEntry = {
  readonly level: RpcLogLevel;
  readonly category: RpcLogCategory;
  /** Who says it: `Host`, or a function's name. */
  readonly source: string;
  readonly message: string;
  readonly invocationId?: string;
};

export type HostLog = (entry: LogEntry) => void;

const severity: Readonly<Record<RpcLogLevel, number>> = {
  trace: 0,
  debug: 1,
  information: 2,
  warning: 3,
  error: 4,
  critical: 5,
  none: 6,
};

const levelsByName: ReadonlyMap<string, RpcLogLevel> = new Map<string, RpcLogLevel>([
  ['trace', 'trace'],
  ['debug', 'debug'],
  ['info', 'information'],
  ['information', 'information'],
  ['warn', 'warning'],
  ['warning', 'warning'],
  ['error', 'error'],
  ['critical', 'critical'],
  ['none', 'none'],
]);

/** The level a setting names. Throws on a name that is none, with those that are. */
export function parseLogLevel(name: string): RpcLogLevel {
  const level = levelsByName.get(name.toLowerCase());
  if (level === undefined) {
    throw new Error(`LOG_LEVEL is "${name}"; use one of ${[...levelsByName.keys()].join(', ')}.`);
  }
  return level;
}

/** Writes entries at or above `minimum`, one line each; line breaks inside a message are escaped. */
export function createHostLog(minimum: RpcLogLevel, write: (line: string) => void): HostLog {
  const threshold = severity[minimum];
  return ({ level, source, message, invocationId }) => {
    if (level === 'none' || severity[level] < threshold) return;
    const text = message.replaceAll('\r', '').replaceAll('\n', '\\n');
    const suffix = invocationId === undefined ? '' : ` invocationId=${invocationId}`;
    write(`${new Date().toISOString()} ${level} [${source}] ${text}${suffix}\n`);
  };
}

/** A failure as text, with where it came from. */
export function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
