import type { AveragedLine } from '../../../domain/averagedLine.ts';

/** A table variable for averaged lines that are to be added. */
export const averagesTable = `
DECLARE @averages TABLE (
  accountId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  kind VARCHAR(12) COLLATE Latin1_General_BIN2 NOT NULL,
  counterparty VARCHAR(11) COLLATE Latin1_General_BIN2 NOT NULL,
  energyWh BIGINT NOT NULL,
  amountUsat BIGINT NOT NULL,
  PRIMARY KEY (accountId, kind, counterparty)
);`;

/** Reads `@averaged` into the table variable. */
export const readAverages = `
  INSERT INTO @averages (accountId, kind, counterparty, energyWh, amountUsat)
  SELECT accountId, kind, counterparty, energyWh, amountUsat
  FROM OPENJSON(@averaged) WITH (
    accountId VARCHAR(63) '$[0]',
    kind VARCHAR(12) '$[1]',
    counterparty VARCHAR(11) '$[2]',
    energyWh BIGINT '$[3]',
    amountUsat BIGINT '$[4]'
  );`;

/** The row of a line, in the places that `readAverages` reads. */
export function averagedRow(line: AveragedLine): readonly unknown[] {
  const { accountId, kind, counterparty, energyWh, amountUsat } = line;
  return [accountId, kind, counterparty, energyWh, amountUsat];
}

/** Adds the lines to what there is of their period. The lock keeps others from doing the same. */
export const addAverages = `
    UPDATE averagedLines SET
      energyWh = averagedLines.energyWh + line.energyWh,
      amountUsat = averagedLines.amountUsat + line.amountUsat
    FROM averagedLines INNER JOIN @averages AS line
      ON line.accountId = averagedLines.accountId AND line.kind = averagedLines.kind
        AND line.counterparty = averagedLines.counterparty
    WHERE averagedLines.gridId = @gridId AND averagedLines.period = @period;
    SET @moved = @@ROWCOUNT;

    IF @moved < @averageCount
      INSERT INTO averagedLines
        (gridId, period, accountId, kind, counterparty, energyWh, amountUsat)
      SELECT @gridId, @period, line.accountId, line.kind, line.counterparty, line.energyWh,
        line.amountUsat
      FROM @averages AS line
      WHERE NOT EXISTS (SELECT 1 FROM averagedLines AS there
        WHERE there.gridId = @gridId AND there.period = @period
          AND there.accountId = line.accountId AND there.kind = line.kind
          AND there.counterparty = line.counterparty);`;
