import type { GridId, ProsumerId } from '../../../domain/ids.ts';
import type { NettoLine } from '../../../domain/netto.ts';
import type { WattHours } from '../../../domain/units.ts';
import type { ClosingStore } from '../../../ports/closingStore.ts';
import { pageOf, rowsFor } from '../../pageOf.ts';
import { mapConcurrently } from './boundedConcurrency.ts';
import type { Documents } from './documents.ts';
import type { CosmosDatabase } from './openCosmos.ts';

/**
 * A page of a netto, under the id of its first prosumer: up to 1 000 lines of some 65 bytes, far
 * below the 2 MB of a document. A netto is a partition, read as a whole or at one page.
 */
type NettoPage = {
  readonly id: string;
  readonly pk: string;
  readonly lines: readonly Compact[];
};

/** A line without the names of its fields, which would be half of the page. */
type Compact = readonly [ProsumerId, WattHours, WattHours, NettoLine['status'], number];

const linesPerPage = 1_000;

/** The part of the closing store that keeps nettos. */
export function nettoPages({
  operate,
}: CosmosDatabase): Pick<
  ClosingStore,
  'putNettos' | 'nettos' | 'listNettos' | 'manyNettos' | 'nettosOf'
> {
  return {
    putNettos: (gridId, nettosId, lines) =>
      operate('nettos.put', async (documents) => {
        const pages = pagesOf(pkOf(gridId, nettosId), lines);
        await mapConcurrently(pages, (page) => documents('closings').create(page));
      }),
    nettos: (gridId, nettosId) =>
      operate('nettos.get', async (documents) => {
        return allLines(documents('closings'), pkOf(gridId, nettosId));
      }),
    listNettos: (gridId, nettosId, page) =>
      operate('nettos.list', async (documents) => {
        const closings = documents('closings');
        const pk = pkOf(gridId, nettosId);
        const wanted = rowsFor(page);
        const after = page.after ?? '';
        const lines: NettoLine[] = [];
        const holding = after === '' ? undefined : await pageHolding(closings, pk, after);
        if (holding !== undefined) {
          lines.push(...linesOf(holding).filter(({ prosumerId }) => prosumerId > after));
        }
        if (lines.length < wanted) {
          const following = await closings.query<NettoPage>(pk, {
            where: 'c.id > @after',
            orderBy: 'c.id',
            top: Math.ceil((wanted - lines.length) / linesPerPage),
            parameters: { '@after': after },
          });
          lines.push(...following.flatMap(linesOf));
        }
        return pageOf(lines, page, ({ prosumerId }) => prosumerId);
      }),
    manyNettos: (gridId, nettosIds) =>
      operate('nettos.many', async (documents) => {
        const ids = [...new Set(nettosIds)];
        const nettos = await mapConcurrently(ids, (nettosId) =>
          allLines(documents('closings'), pkOf(gridId, nettosId)),
        );
        return new Map(ids.map((nettosId, at) => [nettosId, nettos[at] ?? []]));
      }),
    nettosOf: (gridId, nettosIds, prosumerId) =>
      operate('nettos.of', async (documents) => {
        const ids = [...new Set(nettosIds)];
        const pages = await mapConcurrently(ids, (nettosId) =>
          pageHolding(documents('closings'), pkOf(gridId, nettosId), prosumerId),
        );
        const found = new Map<string, NettoLine>();
        for (const [at, nettosId] of ids.entries()) {
          const page = pages[at];
          const line = page && linesOf(page).find((each) => each.prosumerId === prosumerId);
          if (line !== undefined) found.set(nettosId, line);
        }
        return found;
      }),
  };
}

function pkOf(gridId: GridId, nettosId: string): string {
  return `${gridId}.${nettosId}`;
}

function pagesOf(pk: string, lines: readonly NettoLine[]): NettoPage[] {
  const pages: NettoPage[] = [];
  for (let at = 0; at < lines.length; at += linesPerPage) {
    const compact = lines
      .slice(at, at + linesPerPage)
      .map(({ prosumerId, producedWh, consumedWh, status, version }): Compact => {
        return [prosumerId, producedWh, consumedWh, status, version];
      });
    const id = compact[0]?.[0];
    if (id !== undefined) pages.push({ id, pk, lines: compact });
  }
  return pages;
}

function linesOf({ lines }: NettoPage): NettoLine[] {
  return lines.map(([prosumerId, producedWh, consumedWh, status, version]) => ({
    prosumerId,
    producedWh,
    consumedWh,
    status,
    version,
  }));
}

async function allLines(closings: Documents, pk: string): Promise<NettoLine[]> {
  return (await closings.query<NettoPage>(pk, { orderBy: 'c.id' })).flatMap(linesOf);
}

/** The one page in which a prosumer's line is, if it has one. */
async function pageHolding(
  closings: Documents,
  pk: string,
  prosumerId: string,
): Promise<NettoPage | undefined> {
  const [page] = await closings.query<NettoPage>(pk, {
    where: 'c.id <= @prosumerId',
    orderBy: 'c.id DESC',
    top: 1,
    parameters: { '@prosumerId': prosumerId },
  });
  return page;
}
