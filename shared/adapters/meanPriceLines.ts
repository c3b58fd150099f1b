/**
 * SQL for both databases: lines at their mean price, exactly, out of energies and amounts. Of E Wh
 * for A µsat with A = q × E + r they are E − r Wh at q and, where r > 0, r Wh at q + 1, which come to
 * A again. `sums` selects accountId, kind, counterparty, energyWh > 0 and amountUsat ≥ 0, each sum an
 * integer of 64 bits.
 */
export function meanPriceLines(sums: string): string {
  return `SELECT summed.accountId, summed.kind, summed.counterparty,
    summed.amountUsat / summed.energyWh + part.above AS priceMsatPerKwh,
    CASE part.above WHEN 1 THEN summed.amountUsat % summed.energyWh
      ELSE summed.energyWh - summed.amountUsat % summed.energyWh END AS energyWh
  FROM (${sums}) AS summed CROSS JOIN (SELECT 0 AS above UNION ALL SELECT 1) AS part
  WHERE part.above = 0 OR summed.amountUsat % summed.energyWh > 0`;
}
