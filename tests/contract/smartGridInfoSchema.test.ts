import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import {
  openEmbeddedDocuments,
  openEmbeddedProsumerInfo,
} from '../../shared/adapters/embedded/openEmbedded.ts';
import { prosumerInfoSchema } from '../../shared/adapters/embedded/prosumerInfoSchema.ts';
import { smartGridInfoSchema } from '../../shared/adapters/embedded/smartGridInfoSchema.ts';
import { entryOf } from './auditSamples.ts';
import { at1000, instant, prosumerId, prosumerOf, readingOf, riverside } from './samples.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mini-smart-grid-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const settings = { clock: { now: () => instant('2026-11-22T12:00:00Z') } };

test('readings and members of a directory from before there were checks are read on', async () => {
  const old = openDatabase(join(directory, 'smartGridInfo.db'), smartGridInfoSchema.slice(0, 1));
  old.exec(`
    INSERT INTO readings VALUES ('riverside', '2026-11-22T10:00:00Z', 'a', 1, 2000, 500, 'measured',
      'gateway-1', '2026-11-22T10:16:00Z');
    INSERT INTO members VALUES ('riverside', 'a', '2026-11-22T00:00:00Z', NULL, 'active', 1, 5, 6);
  `);
  old.close();
  const { readings, rosters, close } = openEmbeddedDocuments(directory, settings);
  expect((await readings.snapshot(riverside, at1000)).readings).toEqual([readingOf('a')]);
  const latest = await readings.latestOf(riverside, at1000, [prosumerId('a')]);
  expect([...latest.values()]).toEqual([readingOf('a')]);
  const member = {
    prosumerId: prosumerId('a'),
    activeFrom: instant('2026-11-22T00:00:00Z'),
    status: 'active' as const,
  };
  expect(await rosters.activeIn(riverside, at1000)).toEqual([member]);
  await rosters.upsert(riverside, { ...member, connectionLimitW: 11_000 }, 2);
  expect((await rosters.list(riverside, { limit: 1 })).items).toEqual([
    { ...member, connectionLimitW: 11_000, producedWh: 5, consumedWh: 6 },
  ]);
  close();
});

test('prosumers of a directory from before they had limits are read on', async () => {
  const old = openDatabase(join(directory, 'prosumerInfo.db'), prosumerInfoSchema.slice(0, 2));
  old.exec(`
    INSERT INTO prosumers (prosumerId, gridId, name, address, type, activeFrom, status, createdAt)
    VALUES ('anna', 'riverside', 'Family Gruber', 'Uferweg 3, 5020 Salzburg', 'household',
      '2026-11-22T00:00:00Z', 'active', '2026-11-21T09:30:00Z');
  `);
  old.close();
  const { prosumers, close } = openEmbeddedProsumerInfo(directory, settings);
  expect((await prosumers.get(prosumerId('anna')))?.prosumer).toEqual(prosumerOf('anna'));
  const limits = { connectionLimitW: 11_000, aheadEnergyWhMax: 0 };
  const replaced = await prosumers.replace(prosumerOf('anna', limits), 1, entryOf());
  expect(replaced?.prosumer).toEqual(prosumerOf('anna', limits));
  close();
});
