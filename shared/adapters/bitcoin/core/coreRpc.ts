import { setTimeout } from 'node:timers/promises';
import type { CoreSettings } from '../../../config/bitcoinSettings.ts';
import type { Result } from '../../../domain/result.ts';
import { accept, refuse } from '../../../domain/result.ts';
import { ChainUnavailableError } from '../../../ports/chain.ts';
import { type FetchLimits, fetchLimits, fetchText } from '../fetchText.ts';
import { coreAccess } from './coreAccess.ts';
import { type CoreFault, CoreRpcError, faultCodes } from './coreFault.ts';
import { parseCoreJson } from './coreJson.ts';

/** A method and its parameters. */
export type CoreCall = readonly [method: string, ...params: readonly unknown[]];

/** JSON-RPC to a node. Amounts in its answers are texts: `satoshiOf` reads them. */
export type CoreRpc = {
  /** One request, of a wallet where it is named. Throws CoreRpcError on what the node refuses. */
  call(call: CoreCall, wallet?: string): Promise<unknown>;
  /** Many requests in a few; answers line up. What the node refuses is returned. */
  batch(
    calls: readonly CoreCall[],
    wallet?: string,
  ): Promise<readonly Result<unknown, CoreFault>[]>;
};

/** Opens nothing yet: connects at each request. Every request of this app may be repeated. */
export function openCoreRpc(
  { url, access }: Pick<CoreSettings, 'url' | 'access'>,
  limits: Partial<FetchLimits> = {},
): CoreRpc {
  const node = { url, access: coreAccess(access), limits: { ...fetchLimits, ...limits } };
  return {
    async call(call, wallet) {
      const [answer] = await askUntilWarm(node, [call], wallet);
      if (answer?.ok !== true) throw new CoreRpcError(call[0], answer?.refusal);
      return answer.value;
    },
    async batch(calls, wallet) {
      const answers: Result<unknown, CoreFault>[] = [];
      for (let at = 0; at < calls.length; at += callsPerRequestMax) {
        const part = calls.slice(at, at + callsPerRequestMax);
        answers.push(...(await askUntilWarm(node, part, wallet)));
      }
      return answers;
    },
  };
}

/** The node holds the answers of a request in memory until the last one is there. */
const callsPerRequestMax = 200;

type Node = {
  readonly url: string;
  readonly access: ReturnType<typeof coreAccess>;
  readonly limits: FetchLimits;
};
type Answers = readonly Result<unknown, CoreFault>[];

/** A node that has just been started answers, and refuses everything, until it has read its chain. */
async function askUntilWarm(
  node: Node,
  calls: readonly CoreCall[],
  wallet: string | undefined,
): Promise<Answers> {
  for (let attempt = 1; ; attempt += 1) {
    const answers = await ask(node, calls, wallet);
    const cold = answers.find((each) => !each.ok && each.refusal.code === faultCodes.isWarmingUp);
    if (cold === undefined) return answers;
    if (attempt >= node.limits.attemptsMax) {
      throw new ChainUnavailableError('the node has been started, and is not ready yet');
    }
    await setTimeout(node.limits.pauseMs * 2 ** (attempt - 1));
  }
}

async function ask(
  { url, access, limits }: Node,
  calls: readonly CoreCall[],
  wallet: string | undefined,
): Promise<Answers> {
  const path = wallet === undefined ? '/' : `/wallet/${encodeURIComponent(wallet)}`;
  const body = JSON.stringify(
    calls.map(([method, ...params], id) => ({ jsonrpc: '1.0', id, method, params })),
  );
  const send = async () => {
    const authorization = await access.authorization();
    const headers = { authorization, 'content-type': 'application/json' };
    return fetchText(`${url}${path}`, { method: 'POST', headers, body }, limits);
  };
  let fetched = await send();
  if (fetched.status === 401 && (await access.renew())) fetched = await send();
  if (fetched.status === 401) throw new Error('the node refused the login that the settings have');
  return answersIn(fetched.text, fetched.status, calls.length);
}

type RawAnswer = {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: CoreFault | null;
};

function answersIn(text: string, status: number, count: number): Answers {
  const parsed = readJson(text);
  if (!Array.isArray(parsed))
    throw new Error(`the node answered ${status}, and not as a node does`);
  const byId = new Map((parsed as RawAnswer[]).map((answer) => [answer.id, answer]));
  return Array.from({ length: count }, (_, id) => {
    const answer = byId.get(id);
    if (answer === undefined) throw new Error('the node left out an answer');
    return answer.error ? refuse(answer.error) : accept(answer.result);
  });
}

/** Undefined where it is no JSON, as the page of a proxy. */
function readJson(text: string): unknown {
  try {
    return parseCoreJson(text);
  } catch {
    // What follows says so, without a page that a proxy has put here.
    return undefined;
  }
}
