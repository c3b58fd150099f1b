import type { DatabaseSync } from 'node:sqlite';
import type { GridId } from '../../domain/ids.ts';
import type { RegisterReading } from '../../domain/register.ts';
import { addMinutes, type Instant } from '../../domain/timeframe.ts';
import type { WattHours } from '../../domain/units.ts';
import type { AppendOutcome, ReadingStore } from '../../ports/readingStore.ts';
import { readTransaction, transaction } from './database.ts';
import { type Posters, posters } from './posters.ts';
import { query, type Statement, type WriteStatement, write } from './statement.ts';

type RegisterRow = {
  readonly producedRegisterWh: WattHours;
  readonly consumedRegisterWh: WattHours;
  readonly rolloverWh: WattHours | null;
  readonly source: string;
  readonly receivedAt: Instant;
  readonly poster: number | null;
};

const columns = 'producedRegisterWh, consumedRegisterWh, rolloverWh, source, receivedAt, poster';

/** The part of the reading store that keeps the cumulative registers of meters. */
export function registerRows(
  db: DatabaseSync,
): Pick<ReadingStore, 'appendRegisters' | 'neighbours'> {
  const known = posters(db);
  const insert = write(
    db,
    `INSERT INTO registers (gridId, prosumerId, meterId, at, ${columns})
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const select = query<RegisterRow>(
    db,
    `SELECT ${columns} FROM registers
     WHERE gridId = ? AND prosumerId = ? AND meterId = ? AND at = ?`,
  );
  return {
    async appendRegisters(gridId, registers) {
      return transaction(db, () =>
        registers.map((register) => append(insert, select, known, gridId, register)),
      );
    },
    async neighbours(gridId, registers, timeframeMinutes) {
      return readTransaction(db, () =>
        registers.map((register) => {
          const { at } = register;
          const before = registerAt(
            select,
            known,
            gridId,
            register,
            addMinutes(at, -timeframeMinutes),
          );
          const after = registerAt(
            select,
            known,
            gridId,
            register,
            addMinutes(at, timeframeMinutes),
          );
          return { ...(before && { before }), ...(after && { after }) };
        }),
      );
    },
  };
}

function append(
  insert: WriteStatement,
  select: Statement<RegisterRow>,
  { numberOf }: Posters,
  gridId: GridId,
  register: RegisterReading,
): AppendOutcome {
  const { prosumerId, meterId, at, producedRegisterWh, consumedRegisterWh } = register;
  const { rolloverWh = null, source, receivedAt, postedBy } = register;
  const key = [gridId, prosumerId, meterId, at];
  const content = [producedRegisterWh, consumedRegisterWh, rolloverWh];
  const { changes } = insert.run(...key, ...content, source, receivedAt, numberOf(postedBy));
  if (changes === 1) return 'accepted';
  const there = select.get(...key);
  const isSame =
    there?.producedRegisterWh === producedRegisterWh &&
    there.consumedRegisterWh === consumedRegisterWh &&
    there.rolloverWh === rolloverWh;
  return isSame ? 'duplicate' : 'conflict';
}

function registerAt(
  select: Statement<RegisterRow>,
  known: Posters,
  gridId: GridId,
  { prosumerId, meterId }: RegisterReading,
  at: Instant,
): RegisterReading | undefined {
  const row = select.get(gridId, prosumerId, meterId, at);
  if (row === undefined) return undefined;
  const { rolloverWh, producedRegisterWh, consumedRegisterWh, source, receivedAt, poster } = row;
  return {
    prosumerId,
    meterId,
    at,
    producedRegisterWh,
    consumedRegisterWh,
    ...(rolloverWh !== null && { rolloverWh }),
    source,
    receivedAt,
    ...(poster !== null && { postedBy: known.at(poster) }),
  };
}
