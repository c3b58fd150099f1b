/** Half-hours of a local year that clocks do not show, and that they show twice. */
export const skippedTimes = ['2011-10-02T02:00:00', '2011-10-02T02:30:00'];
export const doubledTimes = ['2012-04-01T02:00:00', '2012-04-01T02:30:00'];

/** Lines of the file, the header not counted: 366 days of 48 half-hours. */
export const sydneyYearRows = 366 * 48;

/**
 * A year of half-hours in Sydney as a meter that knows only its wall clock writes it: the skipped
 * half-hours stand as 0 Wh, the doubled ones as one row each with both passes summed.
 */
export function* sydneyYear(): Generator<string> {
  yield 'interval_start_sydney_local,prosumer_id,produced_wh,consumed_wh\n';
  const firstMs = Date.UTC(2011, 6, 1);
  for (let row = 0; row < sydneyYearRows; row += 1) {
    const local = new Date(firstMs + row * 1_800_000).toISOString().slice(0, 19);
    const consumedWh = doubledTimes.includes(local) ? 1001 : 400 + (row % 97);
    yield `${local},h1,0,${skippedTimes.includes(local) ? 0 : consumedWh}\n`;
  }
}
