import type { Answer } from '../functions/api.ts';
import { createChance } from '../simulation/chance.ts';
import { checkAnswer } from './checkAnswer.ts';
import { drawRequest } from './drawRequest.ts';
import type { Draw } from './drawValue.ts';
import { type FuzzApp, firstPaths, openFuzzApp } from './fuzzApp.ts';
import { type FuzzRequest, showRequest } from './fuzzRequest.ts';
import type { Endpoint } from './openApiEndpoints.ts';
import { createPopulation } from './population.ts';
import { shrinkRequest } from './shrinkRequest.ts';

export type FuzzLife = {
  readonly seed: number;
  readonly requests: number;
  readonly endpoints: readonly Endpoint[];
  /** An app with something in it; the real one, if nothing else is said. */
  readonly open?: () => Promise<FuzzApp>;
  /** Called before each request is sent. */
  readonly onRequest?: (at: number) => void;
};

export type LifeReport = {
  /** How many answers of each class, by method and path: `2xx`, `4xx` … */
  readonly counts: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Requests that failed, each with what is wrong and the smallest one that fails alike. */
  readonly findings: readonly string[];
  readonly slowestMs: number;
};

const requestsPerAdvance = 400;
/** After so many findings a life ends: there is enough to look at. */
const findingsMax = 10;

/**
 * Sends drawn requests to one app, to every endpoint as many, and checks each answer. What requests
 * make is there for those after them. The same seed and endpoints give the same requests.
 */
export async function fuzzLife(life: FuzzLife): Promise<LifeReport> {
  const app = await (life.open ?? openFuzzApp)();
  try {
    return await live(app, life);
  } finally {
    app.end();
  }
}

async function live(
  app: FuzzApp,
  { seed, requests, endpoints, onRequest }: FuzzLife,
): Promise<LifeReport> {
  const population = createPopulation();
  const draw: Draw = { chance: createChance(seed), population, now: app.now };
  for (const example of endpoints.flatMap(({ examples }) => examples)) {
    population.learnExample(example);
  }
  for (const path of firstPaths) {
    const { headers, body } = await app.callAs(['operator'])('GET', path);
    population.learn(path, headers, body);
  }
  const counts = new Map<string, Map<string, number>>();
  const findings: string[] = [];
  let slowestMs = 0;
  for (let at = 0; at < requests && findings.length < findingsMax; at += 1) {
    const endpoint = endpoints[at % endpoints.length];
    if (endpoint === undefined) break;
    const request = drawRequest(draw, endpoint);
    onRequest?.(at);
    const { answer, faults, tookMs } = await tried(app, request);
    slowestMs = Math.max(slowestMs, tookMs);
    count(counts, `${endpoint.method} ${endpoint.path}`, answer?.status ?? 0);
    if (answer !== undefined && answer.status < 300) {
      population.learn(request.path, answer.headers, answer.body);
    }
    if (faults.length > 0)
      findings.push(await findingOf(app, request, faults, `seed ${seed}, request ${at}`));
    if (at % requestsPerAdvance === requestsPerAdvance - 1) {
      findings.push(...(await advanced(app, `seed ${seed}, after request ${at}`)));
    }
  }
  return { counts, findings, slowestMs };
}

type Tried = {
  readonly answer?: Answer;
  readonly faults: readonly string[];
  readonly tookMs: number;
};

async function tried(app: FuzzApp, request: FuzzRequest): Promise<Tried> {
  const { caller, method, path, body, headers } = request;
  const startedMs = performance.now();
  try {
    // The only part of a path that may be left out, which the library's requests name even then.
    const whole = path.replace(/^\/docs(?=\?|$)/, '/docs/');
    const answer = await app.callAs(caller.roles, caller.subject)(method, whole, body, headers);
    const tookMs = performance.now() - startedMs;
    const faults = [...checkAnswer(request, answer, tookMs), ...app.errors()];
    return { answer, faults, tookMs };
  } catch (error) {
    return { faults: [`threw ${describe(error)}`], tookMs: performance.now() - startedMs };
  }
}

async function advanced(app: FuzzApp, place: string): Promise<readonly string[]> {
  try {
    await app.advance();
    return app.errors().map((error) => `${place}, as time passed: ${error}`);
  } catch (error) {
    return [`${place}, as time passed: ${describe(error)}`];
  }
}

async function findingOf(
  app: FuzzApp,
  request: FuzzRequest,
  faults: readonly string[],
  place: string,
): Promise<string> {
  const fails = async (one: FuzzRequest) => (await tried(app, one)).faults.length > 0;
  const lines = [place, ...faults, `sent: ${showRequest(request)}`];
  if (await fails(request)) {
    lines.push(`smallest: ${showRequest(await shrinkRequest(request, fails))}`);
  } else lines.push('sent again it does not fail: it needs what was before it');
  return lines.join('\n  ');
}

function count(counts: Map<string, Map<string, number>>, name: string, status: number): void {
  const own = counts.get(name) ?? new Map<string, number>();
  counts.set(name, own);
  const kind = `${Math.floor(status / 100)}xx`;
  own.set(kind, (own.get(kind) ?? 0) + 1);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
