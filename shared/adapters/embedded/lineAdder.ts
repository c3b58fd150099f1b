import type { DatabaseSync } from 'node:sqlite';
import type { GridId } from '../../domain/ids.ts';
import type { BilledIn } from '../../ports/ledgerStore.ts';
import { write } from './statement.ts';

/** Adds lines to what is unbilled of their period, within the caller's transaction. */
export function lineAdder(db: DatabaseSync): (gridId: GridId, lines: BilledIn) => void {
  const addLine = write(
    db,
    `INSERT INTO accountLines
       (gridId, period, accountId, kind, counterparty, priceMsatPerKwh, energyWh)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET energyWh = energyWh + excluded.energyWh`,
  );
  const countChange = write(
    db,
    `INSERT INTO ledgerPeriods (gridId, period, changes) VALUES (?, ?, 1)
     ON CONFLICT DO UPDATE SET changes = changes + 1`,
  );
  return (gridId, { period, lines }) => {
    if (lines.length === 0) return;
    countChange.run(gridId, period);
    for (const { accountId, kind, counterparty, priceMsatPerKwh, energyWh } of lines) {
      addLine.run(gridId, period, accountId, kind, counterparty, priceMsatPerKwh, energyWh);
    }
  };
}
