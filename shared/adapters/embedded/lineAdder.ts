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
  const addAveraged = write(
    db,
    `INSERT INTO averagedLines
       (gridId, period, accountId, kind, counterparty, energyWh, amountUsat)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET
       energyWh = energyWh + excluded.energyWh, amountUsat = amountUsat + excluded.amountUsat`,
  );
  const countChange = write(
    db,
    `INSERT INTO ledgerPeriods (gridId, period, changes) VALUES (?, ?, 1)
     ON CONFLICT DO UPDATE SET changes = changes + 1`,
  );
  return (gridId, { period, lines, averaged }) => {
    if (lines.length + averaged.length === 0) return;
    countChange.run(gridId, period);
    for (const { accountId, kind, counterparty, priceMsatPerKwh, energyWh } of lines) {
      addLine.run(gridId, period, accountId, kind, counterparty, priceMsatPerKwh, energyWh);
    }
    for (const { accountId, kind, counterparty, energyWh, amountUsat } of averaged) {
      addAveraged.run(gridId, period, accountId, kind, counterparty, energyWh, amountUsat);
    }
  };
}
