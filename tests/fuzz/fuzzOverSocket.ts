import { setTimeout as sleep } from 'node:timers/promises';
import { createChance } from '../simulation/chance.ts';
import { checkAnswer, toldFaults } from './checkAnswer.ts';
import { drawRequest } from './drawRequest.ts';
import type { Draw } from './drawValue.ts';
import type { FuzzArguments } from './fuzzArguments.ts';
import { type FuzzHost, openFuzzHost } from './fuzzHost.ts';
import { addCounts, type FuzzReport } from './fuzzInProcess.ts';
import { type FuzzRequest, showRequest } from './fuzzRequest.ts';
import { createPopulation } from './population.ts';
import { rawRequest } from './rawRequest.ts';
import { openWire, type RawAnswer, type WireOutcome } from './wire.ts';

const wiresCount = 4;
const findingsMax = 30;
const restMs = 1_500;
const requestsPerLine = 10_000;
/** What a process of this kind may come to have more, from the middle of a run to its end. */
const residentGrowthMbMax = 96;

/** What the host asks its settings for, so that none of its limits of rates is all that is tried. */
const settings: Readonly<Record<string, string>> = {};

/** Fuzzes the local host from outside, over a few connections at once. */
export async function fuzzOverSocket(
  { requests, seed, endpoints }: FuzzArguments,
  say: (line: string) => void,
): Promise<FuzzReport> {
  const host = await openFuzzHost(settings);
  const population = createPopulation();
  const findings: string[] = [];
  const counts = new Map<string, Map<string, number>>();
  const growth: number[] = [];
  const before = host.figures();
  let slowestMs = 0;
  let next = 0;
  for (const example of endpoints.flatMap(({ examples }) => examples)) {
    population.learnExample(example);
  }
  for (const path of ['/grids', '/prosumers', '/orders?prosumerId=anna', '/grids/lane/tariffs']) {
    const { headers, body } = await host.get(path);
    population.learn(path, headers, body);
  }
  // Each request is drawn from a seed of its own: in which order answers come does not matter to it.
  const work = async (): Promise<void> => {
    const wire = openWire(host.port);
    while (next < requests && findings.length < findingsMax) {
      const at = next;
      next += 1;
      const endpoint = endpoints[at % endpoints.length];
      if (endpoint === undefined) break;
      const chance = createChance(Math.imul(seed, 1_000_003) + at);
      const draw: Draw = { chance, population, now: () => new Date().toISOString() };
      const request = drawRequest(draw, endpoint);
      const token = await host.tokenOf(request.caller);
      const raw = rawRequest(chance, `127.0.0.1:${host.port}`, request, token);
      const startedMs = performance.now();
      const outcome = await wire.send(raw, request.method === 'HEAD');
      const tookMs = performance.now() - startedMs;
      slowestMs = Math.max(slowestMs, tookMs);
      addCounts(counts, new Map([[nameOf(raw.isWhole), new Map([[kindOf(outcome), 1]])]]));
      const faults = raw.isWhole ? wholeFaults(request, outcome, tookMs) : bentFaults(outcome);
      if (faults.length > 0) {
        const text = Buffer.from(raw.bytes).toString('latin1').slice(0, shownBytesMax);
        const place = `seed ${seed}, request ${at}`;
        const sent = raw.isWhole ? showRequest(request) : JSON.stringify(text);
        findings.push([place, ...faults, `sent: ${sent}`].join('\n  '));
      }
      if (outcome.kind === 'answer' && raw.isWhole && outcome.answer.status < 300) {
        population.learn(request.path, outcome.answer.headers, bodyOf(outcome.answer));
      }
      if (next % requestsPerLine === 0) say(`${next} requests, ${show(host)}`);
      if (next % requestsPerLine === 0) growth.push(host.figures()?.residentMb ?? 0);
    }
    wire.end();
  };
  await Promise.all(Array.from({ length: wiresCount }, work));
  await sleep(restMs);
  findings.push(...(await endFaults(host, before?.open, growth)));
  const shown = growth.map((mb) => `${mb.toFixed(0)} MB`);
  return { requests: next, counts, findings, slowestMs, growth: shown };
}

const shownBytesMax = 4_000;

/** Is it still well, has it let go of everything, and does it end in order? */
async function endFaults(
  host: FuzzHost,
  openBefore: number | undefined,
  growth: readonly number[],
): Promise<readonly string[]> {
  const findings: string[] = [];
  const alive = await host.get('/health/ready').catch((error: unknown) => String(error));
  if (typeof alive === 'string') findings.push(`is not ready after it all: ${alive}`);
  const after = host.figures();
  if (after !== undefined && openBefore !== undefined && after.open > openBefore + wiresCount) {
    findings.push(`${after.open} files and sockets are open, ${openBefore} were before`);
  }
  const middle = growth[Math.floor(growth.length / 2)];
  if (middle !== undefined && after !== undefined) {
    const grownMb = after.residentMb - middle;
    if (grownMb > residentGrowthMbMax) findings.push(`grew by ${grownMb.toFixed(0)} MB`);
  }
  const code = await host.stop();
  if (code !== 0) findings.push(`ended with ${code}`);
  return findings;
}

function show(host: FuzzHost): string {
  const { residentMb = 0, open = 0 } = host.figures() ?? {};
  return `${residentMb.toFixed(0)} MB resident, ${open} files and sockets`;
}

function nameOf(isWhole: boolean): string {
  return isWhole ? 'as HTTP has it' : 'as HTTP does not have it';
}

function kindOf(outcome: WireOutcome): string {
  return outcome.kind === 'answer' ? `${outcome.answer.status}` : outcome.kind;
}

/** The host itself answers some without a body: what has no route, is too long, or too much at once. */
function wholeFaults(
  request: FuzzRequest,
  outcome: WireOutcome,
  tookMs: number,
): readonly string[] {
  if (outcome.kind !== 'answer') return [outcome.kind];
  const { answer } = outcome;
  const isBare =
    answer.text === '' && /^(?:400|404|405|413|414|429|431)$/.test(String(answer.status));
  return isBare ? [] : checkAnswer(request, { ...answer, body: bodyOf(answer) }, tookMs);
}

/** Anything may be refused, or hung up on; nothing may go wrong inside, be told, or take forever. */
function bentFaults(outcome: WireOutcome): readonly string[] {
  if (outcome.kind === 'closed') return [];
  if (outcome.kind === 'silent') return ['no answer, and not closed'];
  const { status, text } = outcome.answer;
  const told = status >= 400 ? toldFaults(text) : [];
  return status >= 500 && status !== 505 ? [`status ${status}`, ...told] : told;
}

function bodyOf({ text, headers }: RawAnswer): unknown {
  return /[/+]json/.test(headers['content-type'] ?? '') ? JSON.parse(text) : text;
}
