import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openCoreRpc } from '../../shared/adapters/bitcoin/core/coreRpc.ts';
import { ChainUnavailableError } from '../../shared/ports/chain.ts';
import {
  type Heard,
  type Said,
  type ScriptedServer,
  startScriptedServer,
} from './scriptedServer.ts';

const access = { kind: 'password', user: 'operator', password: 'sekret-word' } as const;
const limits = { requestMs: 200, attemptsMax: 3, pauseMs: 1 };
const servers: ScriptedServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

describe('what passes is waited for', () => {
  const busy: Said = { status: 503, text: 'Work queue depth exceeded' };
  const cold = (heard: Heard) =>
    answers(heard, () => ({ error: { code: -28, message: 'Loading' } }));

  test.each([
    ['too much to do', () => busy],
    ['a node that has just been started', cold],
  ])('%s, twice', async (_, fault) => {
    const server = await start((heard, count) => (count < 3 ? fault(heard) : echo(heard)));
    expect(await openCoreRpc(on(server), limits).call(['echo', 7])).toEqual(['echo', 7]);
    expect(server.heard).toHaveLength(3);
  });

  test.each([
    ['too much to do', () => busy, 3],
    ['a node that has just been started', cold, 3],
    ['silence', (): Said => 'silence', 1],
  ])('%s for good is no failure of the request', async (_, fault, requests) => {
    const server = await start(fault);
    const failure = await failureOf(openCoreRpc(on(server), limits).call(['echo']));
    expect(failure).toBeInstanceOf(ChainUnavailableError);
    expect(server.heard).toHaveLength(requests);
  });

  test('nor is nobody at the address', async () => {
    const server = await start(echo);
    await server.stop();
    servers.length = 0;
    const failure = await failureOf(openCoreRpc(on(server), limits).call(['echo']));
    expect(failure).toBeInstanceOf(ChainUnavailableError);
  });
});

describe('the login', () => {
  test('is sent, and is in no message', async () => {
    const server = await start(({ headers }) => {
      expect(headers.authorization).toBe(`Basic ${btoa('operator:sekret-word')}`);
      return { status: 401, text: '' };
    });
    const failure = await failureOf(openCoreRpc(on(server), limits).call(['echo', 'sekret-word']));
    expect(failure).not.toBeInstanceOf(ChainUnavailableError);
    expect(inspect(failure, { depth: null })).toContain('refused the login');
    expect(inspect(failure, { depth: null })).not.toMatch(/sekret|operator|Basic/);
    expect(server.heard).toHaveLength(1);
  });

  test('goes nowhere else, wherever the server points', async () => {
    const elsewhere = await start(echo);
    const server = await start(() => ({ status: 307, text: '', location: elsewhere.url }));
    const failure = await failureOf(openCoreRpc(on(server), limits).call(['echo']));
    expect(failure).toBeInstanceOf(ChainUnavailableError);
    expect(elsewhere.heard).toHaveLength(0);
  });

  test('of a cookie is read again when the node was started again', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
    const file = join(directory, '.cookie');
    const rpc = (server: ScriptedServer) =>
      openCoreRpc({ url: server.url, access: { kind: 'cookie', file } }, limits);
    const server = await start((heard) =>
      heard.headers.authorization === `Basic ${btoa('__cookie__:second')}`
        ? echo(heard)
        : { status: 401, text: '' },
    );
    expect(await failureOf(rpc(server).call(['echo']))).toBeInstanceOf(ChainUnavailableError);
    writeFileSync(file, '__cookie__:first\n');
    const opened = rpc(server);
    expect(await failureOf(opened.call(['echo']))).not.toBeInstanceOf(ChainUnavailableError);
    writeFileSync(file, '__cookie__:second\n');
    expect(await opened.call(['echo'])).toEqual(['echo']);
    rmSync(directory, { recursive: true });
  });
});

describe('answers', () => {
  test('line up with many requests, whatever their order is', async () => {
    const server = await start((heard) => {
      const said = JSON.parse((echo(heard) as { text: string }).text) as unknown[];
      return { status: 200, text: JSON.stringify(said.reverse()) };
    });
    const numbers = [...Array(450).keys()];
    const answered = await openCoreRpc(on(server), limits).batch(
      numbers.map((number) => ['echo', number]),
    );
    expect(answered).toEqual(numbers.map((number) => ({ ok: true, value: ['echo', number] })));
    expect(server.heard).toHaveLength(3);
  });

  test('that are refusals are returned from many, and thrown from one', async () => {
    const error = { code: -5, message: 'No such thing' };
    const server = await start((heard) => answers(heard, () => ({ error })));
    const rpc = openCoreRpc(on(server), limits);
    expect(await rpc.batch([['echo']])).toEqual([{ ok: false, refusal: error }]);
    expect(await failureOf(rpc.call(['echo']))).toMatchObject({
      code: -5,
      reason: 'No such thing',
    });
    expect(await rpc.batch([])).toEqual([]);
  });

  test('are read as long as they may be, and no further', async () => {
    const server = await start(echo);
    const { length: bytesMax } = JSON.stringify([{ id: 0, result: ['echo', 7], error: null }]);
    const rpc = (more: number) => openCoreRpc(on(server), { ...limits, bytesMax: bytesMax + more });
    expect(await rpc(0).call(['echo', 7])).toEqual(['echo', 7]);
    const failure = await failureOf(rpc(-1).call(['echo', 7]));
    expect(failure).toBeInstanceOf(ChainUnavailableError);
    expect(String(failure)).toContain(`more than ${bytesMax - 1} bytes`);
    expect(server.heard).toHaveLength(2);
  });

  test.each(['<html>', '{"result": 1}', '[]', '7'])('like %s are no answers', async (text) => {
    const server = await start(() => ({ status: 200, text }));
    await expect(openCoreRpc(on(server), limits).call(['echo'])).rejects.toThrow('the node');
  });
});

async function start(say: (heard: Heard, count: number) => Said): Promise<ScriptedServer> {
  const server = await startScriptedServer(say);
  servers.push(server);
  return server;
}

function on({ url }: ScriptedServer) {
  return { url, access };
}

type Request = { readonly id: number; readonly method: string; readonly params: unknown[] };

function answers({ body }: Heard, answer: (request: Request) => object): Said {
  const requests = JSON.parse(body) as readonly Request[];
  const text = JSON.stringify(requests.map((request) => ({ id: request.id, ...answer(request) })));
  return { status: 200, text };
}

/** Answers each request with its method and parameters. */
function echo(heard: Heard): Said {
  return answers(heard, ({ method, params }) => ({ result: [method, ...params], error: null }));
}

async function failureOf(request: Promise<unknown>): Promise<unknown> {
  return request.then(
    () => undefined,
    (error: unknown) => error,
  );
}
