import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AuditEntry } from '../../shared/domain/audit.ts';
import type { GridId } from '../../shared/domain/ids.ts';
import type { AuditLog, AuditPosition } from '../../shared/ports/auditLog.ts';
import type { PageRequest } from '../../shared/ports/page.ts';
import { freshStores, type StoreAdapter, type Stores } from './adapters.ts';
import { entryOf } from './auditSamples.ts';
import { describeDocuments } from './cosmosAdapter.ts';
import { describeProsumerInfo } from './prosumerInfoAdapters.ts';
import { allPages, gridId, gridOf, instant, prosumerOf, riverside } from './samples.ts';

type AuditedStores = Pick<Stores, 'grids' | 'prosumers' | 'gridAudit' | 'prosumerAudit'>;
/** Makes a change of the grid that the entry is of, and has it written with it. */
type Write = (stores: AuditedStores, entry: AuditEntry) => Promise<void>;

describeDocuments('audit log of Smart Grid Info', (adapter) => {
  suite(adapter, ({ gridAudit }) => gridAudit, writeGrid);
  describe('grids', () => gridSuite(adapter));
});
describeProsumerInfo('audit log of Prosumer Info', (adapter) =>
  suite(adapter, ({ prosumerAudit }) => prosumerAudit, writeProsumer),
);

async function writeGrid({ grids }: AuditedStores, entry: AuditEntry): Promise<void> {
  const there = await grids.get(entry.gridId);
  if (there === undefined) await grids.create(gridOf(entry.gridId), entry);
  else await grids.replace(there.value, there.etag, entry);
}

async function writeProsumer({ prosumers }: AuditedStores, entry: AuditEntry): Promise<void> {
  await prosumers.create(prosumerOf(`p${entry.id}`, { gridId: entry.gridId }), entry);
}

function suite(
  adapter: StoreAdapter,
  logOf: (stores: AuditedStores) => AuditLog,
  write: Write,
): void {
  const stores = freshStores(adapter);
  const listAll = (id: GridId, range: Parameters<AuditLog['list']>[1], limit: number) =>
    allPages(limit, (page: PageRequest<AuditPosition>) => logOf(stores()).list(id, range, page));

  test('an entry comes back as it was written, also after opening again', async () => {
    const entry = entryOf({
      by: { kind: 'system', id: 'followChain' },
      action: 'created',
      before: { none: null, list: [1, 'b', { c: true }] },
      after: { amountSat: '21', nested: { name: 'Grüße “”' } },
    });
    await write(stores(), entry);
    expect(await listAll(riverside, {}, 10)).toEqual([entry]);
    expect((await logOf(await stores().reopen()).list(riverside, {}, { limit: 10 })).items).toEqual(
      [entry],
    );
  });

  test('of a grid that nobody has changed nothing is listed', async () => {
    expect(await logOf(stores()).list(riverside, {}, { limit: 1 })).toEqual({ items: [] });
  });

  test('pages are all entries of a grid in a range, newest first, none twice', async () => {
    let run = 0;
    const second = fc.integer({ min: 0, max: 5 });
    const optional = fc.option(second, { nil: undefined });
    const changes = fc.array(fc.record({ second, isOther: fc.boolean() }), { maxLength: 12 });
    const property = fc.asyncProperty(
      changes,
      optional,
      optional,
      fc.integer({ min: 1, max: 4 }),
      async (made, from, to, limit) => {
        run += 1;
        const [one, other] = [gridId(`one-${run}`), gridId(`other-${run}`)];
        const entries = made.map(({ second: at, isOther }) =>
          entryOf({ gridId: isOther ? other : one, at: atSecond(at) }),
        );
        for (const entry of entries) await write(stores(), entry);
        const range = {
          ...(from !== undefined && { from: atSecond(from) }),
          ...(to !== undefined && { to: atSecond(to) }),
        };
        const expected = entries
          .filter(({ gridId: id }) => id === one)
          .filter(({ at }) => from === undefined || at >= atSecond(from))
          .filter(({ at }) => to === undefined || at < atSecond(to))
          .sort((a, b) => (`${a.at}${a.id}` < `${b.at}${b.id}` ? 1 : -1));
        expect(await listAll(one, range, limit)).toEqual(expected);
      },
    );
    await fc.assert(property, { numRuns: 15 });
  });
}

/** An entry is there for each change that happened, and for nothing else. */
function gridSuite(adapter: StoreAdapter): void {
  const stores = freshStores(adapter);
  const idsOf = async () =>
    (await stores().gridAudit.list(riverside, {}, { limit: 100 })).items.map(({ id }) => id);

  test('one that is there already is not created, and no entry written', async () => {
    const { grids } = stores();
    const [first, second] = [entryOf(), entryOf()];
    await grids.create(gridOf(riverside), first);
    expect((await grids.create(gridOf(riverside), second)).created).toBe(false);
    expect(await idsOf()).toEqual([first.id]);
  });

  test('one that was changed since is not replaced, and no entry written', async () => {
    const { grids } = stores();
    const [first, second, third] = [entryOf(), entryOf(), entryOf()];
    const { stored } = await grids.create(gridOf(riverside), first);
    await grids.replace(gridOf(riverside, { name: 'Second' }), stored.etag, second);
    const late = await grids.replace(gridOf(riverside, { name: 'X' }), stored.etag, third);
    expect(late).toBeUndefined();
    expect(await idsOf()).toEqual([second.id, first.id]);
  });

  test('of writers at one etag, the entry of the one that won is there', async () => {
    const { grids, openAnother } = stores();
    const other = await openAnother();
    const [first, ...entries] = [entryOf(), entryOf(), entryOf()];
    const { stored } = await grids.create(gridOf(riverside), first);
    const answers = await Promise.all(
      entries.map((entry, n) =>
        [grids, other.grids][n]?.replace(
          gridOf(riverside, { name: `Name ${n}` }),
          stored.etag,
          entry,
        ),
      ),
    );
    const won = entries.filter((_, n) => answers[n] !== undefined);
    expect(won).toHaveLength(1);
    expect(await idsOf()).toEqual([won[0]?.id, first.id]);
  });
}

function atSecond(second: number) {
  return instant(`2026-11-22T12:00:0${second}Z`);
}
