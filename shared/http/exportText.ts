type Cell = string | number | undefined;

/** How an export is written. */
export type ExportFormat = 'csv' | 'ndjson';

export const mediaTypeOf = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
} as const satisfies Record<ExportFormat, string>;

/**
 * Rows as text, fields in the order of the columns: a JSON object to a line, or CSV as RFC 4180 has
 * it, whose header stands on the first page only, so that all pages one after the other are one file.
 */
export function exportText<Column extends string>(
  format: ExportFormat,
  columns: readonly Column[],
  rows: readonly { readonly [C in Column]?: Cell }[],
  isFirstPage: boolean,
): string {
  if (format === 'ndjson') {
    const order = [...columns];
    return rows.map((row) => `${JSON.stringify(row, order)}\n`).join('');
  }
  const header = isFirstPage ? `${columns.map(snakeCase).join(',')}\r\n` : '';
  // Ids, words, instants, hashes and integers alone: nothing needs quotes, or is a formula.
  const lines = rows.map((row) => `${columns.map((column) => row[column] ?? '').join(',')}\r\n`);
  return header + lines.join('');
}

/** `energyWh` → `energy_wh`, as the app's other CSVs have it. */
function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
