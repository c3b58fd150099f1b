import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerClient } from '@azure/storage-blob';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { isBlobTransient } from '../../shared/adapters/azure/blob/blobErrors.ts';
import { openBlobDocuments } from '../../shared/adapters/azure/blob/documents.ts';
import { openDocumentFiles } from '../../shared/adapters/embedded/documents.ts';
import { isTransient } from '../../shared/adapters/isTransient.ts';
import type { BlobSettings } from '../../shared/config/documentSettings.ts';
import { DocumentConflictError, type Documents } from '../../shared/ports/documents.ts';
import type { Health } from '../../shared/ports/health.ts';
import { type Azurite, startAzurite } from './azurite.ts';

type Place = {
  /** Opens the same documents once more, as another instance does. */
  open(): Promise<{ readonly documents: Documents; readonly health: Health }>;
  remove(): Promise<void>;
};

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
}, 40_000);
afterAll(() => azurite.stop());

const places: readonly (readonly [string, () => Promise<Place>])[] = [
  ['files', async () => newDirectory()],
  ['Blob Storage, in Azurite', async () => newContainer()],
];

const type = 'application/json';
const name = 'lane/2026-10/run.json';

describe.each(places)('documents, %s', (_, makePlace) => {
  let place: Place;
  let documents: Documents;
  beforeEach(async () => {
    place = await makePlace();
    ({ documents } = await place.open());
  });
  afterEach(() => place.remove());

  test('are there as they were written, for every instance', async () => {
    await documents.put(name, '{"Σ":"0"}\r\n', type);
    const other = (await place.open()).documents;
    expect(await documents.get(name)).toBe('{"Σ":"0"}\r\n');
    expect(await other.get(name)).toBe('{"Σ":"0"}\r\n');
  });

  test('that nobody wrote are undefined', async () => {
    await documents.put(name, 'x', type);
    for (const missing of ['lane/2026-10/other.json', 'lane', `${name}/more`, 'other.txt']) {
      expect(await documents.get(missing)).toBeUndefined();
    }
  });

  test('may be empty', async () => {
    await documents.put('empty.txt', '', 'text/plain');
    await documents.put('empty.txt', '', 'text/plain');
    expect(await documents.get('empty.txt')).toBe('');
    await expect(documents.put('empty.txt', 'x', type)).rejects.toThrow(DocumentConflictError);
  });

  test('written again change nothing', async () => {
    await documents.put(name, 'one', type);
    await documents.put(name, 'one', type);
    expect(await documents.get(name)).toBe('one');
  });

  test('stay what they are when another content comes', async () => {
    await documents.put(name, 'one', type);
    for (const other of ['two', 'one ', 'on', '']) {
      const putting = documents.put(name, other, type);
      await expect(putting).rejects.toThrow(DocumentConflictError);
      await expect(putting).rejects.toThrow(name);
    }
    expect(await documents.get(name)).toBe('one');
  });

  test('have one of two contents that are written at once, whole', async () => {
    const other = (await place.open()).documents;
    for (let round = 0; round < 10; round += 1) {
      const each = `race/${round}.txt`;
      const contents = ['a'.repeat(200_000), 'b'.repeat(300_000)] as const;
      const outcomes = await Promise.allSettled([
        documents.put(each, contents[0], type),
        other.put(each, contents[1], type),
      ]);
      const won = outcomes.findIndex(({ status }) => status === 'fulfilled');
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const lost = outcomes.find((outcome) => outcome.status === 'rejected');
      expect(lost?.reason).toBeInstanceOf(DocumentConflictError);
      expect((await documents.get(each)) === contents[won]).toBe(true);
    }
  });

  test('with the same content that are written at once all succeed', async () => {
    const opened = await Promise.all(Array.from({ length: 4 }, () => place.open()));
    const puts = opened.flatMap((each) => [
      each.documents.put(name, 'same', type),
      each.documents.put(name, 'same', type),
    ]);
    await expect(Promise.all(puts)).resolves.toBeDefined();
    expect(await documents.get(name)).toBe('same');
  });

  test('may be large', async () => {
    const content = '12345678é'.repeat(220_000);
    expect(Buffer.byteLength(content)).toBeGreaterThan(2_000_000);
    await documents.put('large.csv', content, 'text/csv');
    await documents.put('large.csv', content, 'text/csv');
    expect((await documents.get('large.csv')) === content).toBe(true);
  });

  test.each(['', '/a', 'a/', 'a//b', '../a', 'a/../../b', '.a', 'a/.b', 'a\\b', 'a b', 'é', 'a\n'])(
    'are refused under %j',
    async (wrong) => {
      await expect(documents.put(wrong, 'x', type)).rejects.toThrow('no name of a document');
      await expect(documents.get(wrong)).rejects.toThrow('no name of a document');
    },
  );

  test('are a part of the app that answers', async () => {
    const { health } = await place.open();
    expect(health.name).toBe('documents');
    await expect(health.check()).resolves.toBeUndefined();
  });
});

describe('files', () => {
  test('that a crash left unfinished are no documents, and in nobody’s way', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
    const folder = join(directory, 'documents', 'lane');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '.unfinished-1'), 'ha');
    const { documents } = openDocumentFiles(directory);
    await documents.put('lane/run.json', 'half', type);
    await expect(documents.get('lane/.unfinished-1')).rejects.toThrow('no name');
    expect(await documents.get('lane/run.json')).toBe('half');
    // What was finished left nothing beside it, also when it lost.
    await expect(documents.put('lane/run.json', 'other', type)).rejects.toThrow();
    expect(readdirSync(folder).sort()).toEqual(['.unfinished-1', 'run.json']);
    expect(readFileSync(join(folder, 'run.json'), 'utf8')).toBe('half');
    rmSync(directory, { recursive: true });
  });

  test('that cannot be written say so', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
    writeFileSync(join(directory, 'documents'), 'a file');
    const { documents, health } = openDocumentFiles(directory);
    await expect(documents.put(name, 'x', type)).rejects.toThrow();
    await expect(health.check()).rejects.toThrow();
    rmSync(directory, { recursive: true });
  });
});

describe('Blob Storage', () => {
  test('keeps the type of the content', async () => {
    const { container, documents } = await openBlobDocuments(settingsOf('types'));
    await container.create();
    await documents.put('run.csv', 'a,b', 'text/csv; charset=utf-8');
    const { contentType } = await container.getBlobClient('run.csv').getProperties();
    expect(contentType).toBe('text/csv; charset=utf-8');
  });

  test('without its container is not ready, and has no documents to miss', async () => {
    const { documents, health } = await openBlobDocuments(settingsOf('absent'));
    await expect(health.check()).rejects.toMatchObject({ statusCode: 404 });
    await expect(documents.get(name)).rejects.toMatchObject({ statusCode: 404 });
    const failure: unknown = await documents.put(name, 'x', type).catch((error) => error);
    expect(failure).toMatchObject({ statusCode: 404 });
    expect(isTransient(failure)).toBe(false);
  });

  test.each([
    ['is not there', async () => ({ port: 9, close: () => undefined })],
    ['says nothing', listenInSilence],
  ])('that %s may answer later', async (_, listen) => {
    const { port, close } = await listen();
    const connectionString = azurite.connectionString.replace(/(127\.0\.0\.1):\d+/, `$1:${port}`);
    const access = { kind: 'emulator', connectionString } as const;
    const limits = { triesMax: 2, retryDelayMs: 1, retryDelayMsMax: 1, requestMs: 500 };
    const { documents } = await openBlobDocuments({ ...settingsOf('down'), access }, limits);
    for (const ask of [() => documents.put(name, 'x', type), () => documents.get(name)]) {
      const failure: unknown = await ask().catch((error: unknown) => error);
      expect(isBlobTransient(failure)).toBe(true);
      expect(isTransient(failure)).toBe(true);
    }
    close();
  });
});

async function listenInSilence() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port: Number(Object(server.address()).port), close };
}

function newDirectory(): Place {
  const directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
  return {
    open: async () => openDocumentFiles(directory),
    remove: async () => rmSync(directory, { recursive: true }),
  };
}

async function newContainer(): Promise<Place> {
  const settings = settingsOf(`test-${randomUUID()}`);
  const { container }: { readonly container: ContainerClient } = await openBlobDocuments(settings);
  await container.create();
  return {
    open: () => openBlobDocuments(settings),
    async remove() {
      await container.delete();
    },
  };
}

function settingsOf(container: string): BlobSettings {
  const { connectionString } = azurite;
  return { kind: 'blob', container, access: { kind: 'emulator', connectionString } };
}
