import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../../domain/assert.ts';
import type { GridId, ProsumerId } from '../../domain/ids.ts';
import type { NettoLine } from '../../domain/netto.ts';
import type { WattHours } from '../../domain/units.ts';
import type { ClosingStore } from '../../ports/closingStore.ts';
import { pageOf, rowsFor } from '../pageOf.ts';
import { transaction } from './database.ts';
import { query, write } from './statement.ts';

type PageRow = { readonly lines: string };
/** A line without the names of its fields, which would be half of the page. */
type Compact = readonly [ProsumerId, WattHours, WattHours, NettoLine['status'], number];

const linesPerPage = 500;

/** The part of the closing store that keeps nettos, 500 lines to a row. */
export function nettoPages(
  db: DatabaseSync,
): Pick<ClosingStore, 'putNettos' | 'nettos' | 'listNettos' | 'manyNettos' | 'nettosOf'> {
  const insert = write(
    db,
    `INSERT INTO nettoPages (gridId, nettosId, firstProsumerId, lines) VALUES (?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  const selectAll = query<PageRow>(
    db,
    `SELECT lines FROM nettoPages WHERE gridId = ? AND nettosId = ? ORDER BY firstProsumerId`,
  );
  const selectMany = query<PageRow & { readonly nettosId: string }>(
    db,
    `SELECT nettosId, lines FROM nettoPages
     WHERE gridId = ? AND nettosId IN (SELECT value FROM json_each(?))
     ORDER BY nettosId, firstProsumerId`,
  );
  const selectHolding = query<PageRow>(
    db,
    `SELECT lines FROM nettoPages WHERE gridId = ? AND nettosId = ? AND firstProsumerId <= ?
     ORDER BY firstProsumerId DESC LIMIT 1`,
  );
  const selectFollowing = query<PageRow>(
    db,
    `SELECT lines FROM nettoPages WHERE gridId = ? AND nettosId = ? AND firstProsumerId > ?
     ORDER BY firstProsumerId LIMIT ?`,
  );
  return {
    async putNettos(gridId, nettosId, lines) {
      transaction(db, () => {
        for (let at = 0; at < lines.length; at += linesPerPage) {
          const page = lines.slice(at, at + linesPerPage);
          const first = page[0];
          assert(first !== undefined, 'a page of nettos is not empty');
          insert.run(gridId, nettosId, first.prosumerId, pack(page));
        }
      });
    },
    async nettos(gridId, nettosId) {
      return selectAll.all(gridId, nettosId).flatMap(unpack);
    },
    async listNettos(gridId, nettosId, page) {
      const rows = rowsFor(page);
      const after = page.after ?? '';
      const holding = selectHolding.get(gridId, nettosId, after);
      const rest = holding ? unpack(holding).filter((line) => line.prosumerId > after) : [];
      const pagesMax = Math.ceil(rows / linesPerPage);
      const following = selectFollowing.all(gridId, nettosId, after, pagesMax).flatMap(unpack);
      return pageOf([...rest, ...following].slice(0, rows), page, (line) => line.prosumerId);
    },
    async manyNettos(gridId, nettosIds) {
      const nettos = new Map<string, NettoLine[]>(nettosIds.map((nettosId) => [nettosId, []]));
      for (const row of selectMany.all(gridId, JSON.stringify(nettosIds))) {
        nettos.get(row.nettosId)?.push(...unpack(row));
      }
      return nettos;
    },
    async nettosOf(gridId: GridId, nettosIds, prosumerId) {
      const lines = new Map<string, NettoLine>();
      for (const nettosId of nettosIds) {
        const row = selectHolding.get(gridId, nettosId, prosumerId);
        const line = row && unpack(row).find((candidate) => candidate.prosumerId === prosumerId);
        if (line !== undefined) lines.set(nettosId, line);
      }
      return lines;
    },
  };
}

function pack(lines: readonly NettoLine[]): string {
  const compact = lines.map(
    ({ prosumerId, producedWh, consumedWh, status, version }): Compact => [
      prosumerId,
      producedWh,
      consumedWh,
      status,
      version,
    ],
  );
  return JSON.stringify(compact);
}

function unpack({ lines }: PageRow): NettoLine[] {
  return (JSON.parse(lines) as Compact[]).map(
    ([prosumerId, producedWh, consumedWh, status, version]) => ({
      prosumerId,
      producedWh,
      consumedWh,
      status,
      version,
    }),
  );
}
