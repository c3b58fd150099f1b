import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../../domain/assert.ts';
import type { GridTotals } from '../../domain/grid.ts';
import type { GridId, ProsumerId } from '../../domain/ids.ts';
import type { Member } from '../../domain/prosumer.ts';
import type { Instant, Timeframe } from '../../domain/timeframe.ts';
import type { MemberTotals, RosterStore } from '../../ports/rosterStore.ts';
import { pageOf, rowsFor } from '../pageOf.ts';
import { transaction } from './database.ts';
import { query, tupleQuery, type WriteStatement, write } from './statement.ts';

type MemberRow = readonly [
  prosumerId: ProsumerId,
  activeFrom: Instant,
  activeUntil: Instant | null,
  status: Member['status'],
  connectionLimitW: number | null,
];
type MemberTotalsRow = readonly [...MemberRow, producedWh: number, consumedWh: number];
type TotalsRow = {
  readonly closingNumber: number;
  readonly lastClosedTimeframe: Timeframe | null;
  readonly prosumerCount: number;
  readonly producedWh: number;
  readonly consumedWh: number;
};

const memberColumns = 'prosumerId, activeFrom, activeUntil, status, connectionLimitW';

/** Rosters: a row per member and a row of totals per grid. */
export function embeddedRosterStore(db: DatabaseSync): RosterStore {
  const statements = prepare(db);
  return {
    async upsert(gridId, member, version) {
      transaction(db, () => upsert(statements, gridId, member, version));
    },
    async activeIn(gridId, timeframe) {
      return statements.selectActive.all(gridId, timeframe, timeframe).map(memberOf);
    },
    async membersById(gridId, ids) {
      const members = new Map<ProsumerId, Member>();
      for (const id of ids) {
        const row = members.has(id) ? undefined : statements.selectMember.get(gridId, id);
        if (row !== undefined) members.set(id, memberOf(row));
      }
      return members;
    },
    async list(gridId, page) {
      const rows = statements.selectPage.all(gridId, page.after ?? '', rowsFor(page));
      return pageOf(rows.map(memberTotalsOf), page, (member) => member.prosumerId);
    },
    async totals(gridId) {
      return totalsOf(statements.selectTotals.get(gridId));
    },
    async applyClosing(closing, delta) {
      return transaction(db, () => {
        const { closingNumber } = totalsOf(statements.selectTotals.get(closing.gridId));
        if (closing.closingNumber <= closingNumber) return 'already';
        if (closing.closingNumber > closingNumber + 1) return 'behind';
        const { producedWh, consumedWh } = addToMembers(statements.add, closing.gridId, delta);
        statements.addTotals.run(
          closing.gridId,
          closing.closingNumber,
          closing.closedThrough,
          producedWh,
          consumedWh,
        );
        return 'applied';
      });
    },
  };
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: DatabaseSync) {
  return {
    selectVersion: query<{ version: number; status: Member['status'] }>(
      db,
      'SELECT version, status FROM members WHERE gridId = ? AND prosumerId = ?',
    ),
    upsert: write(
      db,
      `INSERT INTO members (gridId, ${memberColumns}, version, producedWh, consumedWh)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)
       ON CONFLICT DO UPDATE SET activeFrom = excluded.activeFrom,
         activeUntil = excluded.activeUntil, status = excluded.status,
         connectionLimitW = excluded.connectionLimitW, version = excluded.version`,
    ),
    count: write(
      db,
      `INSERT INTO gridTotals (gridId, closingNumber, prosumerCount, producedWh, consumedWh)
       VALUES (?, 0, ?, 0, 0)
       ON CONFLICT DO UPDATE SET prosumerCount = prosumerCount + excluded.prosumerCount`,
    ),
    selectActive: tupleQuery<MemberRow>(
      db,
      `SELECT ${memberColumns} FROM members WHERE gridId = ? AND activeFrom <= ?
       AND (activeUntil IS NULL OR ? < activeUntil) ORDER BY prosumerId`,
    ),
    selectMember: tupleQuery<MemberRow>(
      db,
      `SELECT ${memberColumns} FROM members WHERE gridId = ? AND prosumerId = ?`,
    ),
    selectPage: tupleQuery<MemberTotalsRow>(
      db,
      `SELECT ${memberColumns}, producedWh, consumedWh FROM members
       WHERE gridId = ? AND prosumerId > ? ORDER BY prosumerId LIMIT ?`,
    ),
    selectTotals: query<TotalsRow>(
      db,
      `SELECT closingNumber, lastClosedTimeframe, prosumerCount, producedWh, consumedWh
       FROM gridTotals WHERE gridId = ?`,
    ),
    add: write(
      db,
      `UPDATE members SET producedWh = producedWh + ?, consumedWh = consumedWh + ?
       WHERE gridId = ? AND prosumerId = ?`,
    ),
    addTotals: write(
      db,
      `INSERT INTO gridTotals
         (gridId, closingNumber, lastClosedTimeframe, prosumerCount, producedWh, consumedWh)
       VALUES (?, ?, ?, 0, ?, ?)
       ON CONFLICT DO UPDATE SET closingNumber = excluded.closingNumber,
         lastClosedTimeframe = excluded.lastClosedTimeframe,
         producedWh = producedWh + excluded.producedWh,
         consumedWh = consumedWh + excluded.consumedWh`,
    ),
  };
}

function upsert(statements: Statements, gridId: GridId, member: Member, version: number): void {
  const { prosumerId, activeFrom, activeUntil, status, connectionLimitW } = member;
  const before = statements.selectVersion.get(gridId, prosumerId);
  if (before !== undefined && before.version >= version) return;
  const own = [prosumerId, activeFrom, activeUntil ?? null, status, connectionLimitW ?? null];
  statements.upsert.run(gridId, ...own, version);
  const grownBy = Number(status === 'active') - Number(before?.status === 'active');
  if (grownBy !== 0) statements.count.run(gridId, grownBy);
}

/** Adds to each member's energy and answers the sums. A line without a member is a bug upstream. */
function addToMembers(
  add: WriteStatement,
  gridId: GridId,
  delta: Parameters<RosterStore['applyClosing']>[1],
): { producedWh: number; consumedWh: number } {
  let produced = 0;
  let consumed = 0;
  for (const { prosumerId, producedWh, consumedWh } of delta) {
    if (producedWh === 0 && consumedWh === 0) continue;
    const { changes } = add.run(producedWh, consumedWh, gridId, prosumerId);
    assert(changes === 1, `${prosumerId} is settled in ${gridId} but not on its roster`);
    produced += producedWh;
    consumed += consumedWh;
  }
  return { producedWh: produced, consumedWh: consumed };
}

function memberOf(row: MemberRow): Member {
  const [prosumerId, activeFrom, activeUntil, status, connectionLimitW] = row;
  return {
    prosumerId,
    activeFrom,
    ...(activeUntil !== null && { activeUntil }),
    ...(connectionLimitW !== null && { connectionLimitW }),
    status,
  };
}

function memberTotalsOf(row: MemberTotalsRow): MemberTotals {
  const [prosumerId, activeFrom, activeUntil, status, limitW, producedWh, consumedWh] = row;
  const member = memberOf([prosumerId, activeFrom, activeUntil, status, limitW]);
  return { ...member, producedWh, consumedWh };
}

function totalsOf(row: TotalsRow | undefined): GridTotals {
  if (row === undefined) {
    return { closingNumber: 0, prosumerCount: 0, producedWh: 0, consumedWh: 0 };
  }
  const { lastClosedTimeframe, closingNumber, prosumerCount, producedWh, consumedWh } = row;
  return {
    closingNumber,
    ...(lastClosedTimeframe !== null && { lastClosedTimeframe }),
    prosumerCount,
    producedWh,
    consumedWh,
  };
}
