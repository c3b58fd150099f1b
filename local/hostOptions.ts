import { parseArgs } from 'node:util';
import { isNativeError } from 'node:util/types';
import { demonstrationSpeed } from './demonstration/demonstrationClock.ts';

/** What the command line asks for. */
export type HostOptions = {
  readonly port: number;
  readonly dataDirectory: string;
  readonly appFile: string;
  /** No demonstration: an app as an operator finds it. */
  readonly isLive: boolean;
  /** Callers need tokens, which the host issues. */
  readonly issuesTokens: boolean;
  readonly speed: number;
};

export type ParsedOptions =
  | { readonly kind: 'run'; readonly options: HostOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'refused'; readonly reason: string };

export const usage = `Usage: npm start -- [options]

  --port N      port on 127.0.0.1; 0 takes any that is free (default 7071)
  --data DIR    directory of the embedded stores (default .data)
  --live        without the demonstration
  --auth        ask callers for tokens, which POST /admin/tokens then issues
  --speed N     run the clock N times as fast, 1 to 100000 (default 900; with --live 1)
  --app FILE    what to host: functions/main.ts (default), or dist/main.js after npm run build
  --help        this text
`;

const PORT_MAX = 65_535;
const SPEED_MAX = 100_000;

/** Reads the command line's options. An unknown or malformed one is refused with the reason. */
export function parseHostOptions(args: readonly string[]): ParsedOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '7071' },
        data: { type: 'string', default: '.data' },
        app: { type: 'string', default: 'functions/main.ts' },
        speed: { type: 'string' },
        live: { type: 'boolean', default: false },
        auth: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    const options = {
      port: wholeNumber('--port', values.port, 0, PORT_MAX),
      dataDirectory: path('--data', values.data),
      appFile: path('--app', values.app),
      isLive: values.live,
      issuesTokens: values.auth,
      speed: wholeNumber('--speed', values.speed ?? speedDefault(values.live), 1, SPEED_MAX),
    };
    return { kind: 'run', options };
  } catch (error) {
    return { kind: 'refused', reason: messageOf(error) };
  }
}

function speedDefault(isLive: boolean): string {
  return String(isLive ? 1 : demonstrationSpeed);
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= min && value <= max) return value;
  throw new Error(`${name} is "${text}"; it must be a whole number from ${min} to ${max}.`);
}

function path(name: string, text: string): string {
  if (text !== '') return text;
  throw new Error(`${name} must not be empty.`);
}

/** All that reading throws are errors with a message for the caller. */
function messageOf(error: unknown): string {
  return isNativeError(error) ? error.message : String(error);
}
