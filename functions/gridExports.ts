import type { Refusal } from '../shared/domain/refusal.ts';
import type { Result } from '../shared/domain/result.ts';
import { compactTimeframe, type Instant } from '../shared/domain/timeframe.ts';
import { rawOk } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { isNettoKey, isPostingKey } from '../shared/http/exportKeys.ts';
import {
  nettoColumns,
  nettoRow,
  postingColumns,
  postingRow,
  tradeColumns,
} from '../shared/http/exportRows.ts';
import { type ExportFormat, exportText, mediaTypeOf } from '../shared/http/exportText.ts';
import { readInstants } from '../shared/http/instants.ts';
import { nextUrl } from '../shared/http/page.ts';
import { isPlaceKey, pageRequest } from '../shared/http/pageRequest.ts';
import { tradeBody } from '../shared/http/tradeBody.ts';
import { exportNettos } from '../shared/operations/exportNettos.ts';
import { exportPostings, exportTrades } from '../shared/operations/exportRange.ts';
import type { Page, PageRequest } from '../shared/ports/page.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { exportLimitDefault } from '../shared/schemas/exportRoutes.ts';

type Range = { readonly from?: Instant; readonly to?: Instant };
type Asked = {
  readonly query: { readonly limit?: number; readonly cursor?: string };
  readonly url: string;
  readonly format: ExportFormat;
  readonly fileName: string;
};

/** `GET /grids/{gridId}/exports/{dataset}` */
export function gridExports(
  ports: Pick<Ports, 'grids' | 'trades' | 'closings' | 'ledger'>,
): Handlers<'gridExports'> {
  return {
    GET: async ({ params: { gridId, dataset }, query, url }) => {
      const range = readInstants({ from: query.from, to: query.to }, '');
      if (!range.ok) return range;
      const format = query.format ?? 'csv';
      const fileName = `${gridId}-${dataset}${rangeName(range.value)}.${format}`;
      const asked = { query, url, format, fileName };
      if (dataset === 'trades') {
        return answer(asked, isPlaceKey, tradeColumns, tradeBody, (page) =>
          exportTrades(ports, gridId, range.value, page),
        );
      }
      if (dataset === 'nettos') {
        return answer(asked, isNettoKey, nettoColumns, nettoRow, (page) =>
          exportNettos(ports, gridId, range.value, page),
        );
      }
      return answer(asked, isPostingKey, postingColumns, postingRow, (page) =>
        exportPostings(ports, gridId, range.value, page),
      );
    },
  };
}

async function answer<Item, Key, Column extends string>(
  { query, url, format, fileName }: Asked,
  isKey: (value: unknown) => value is Key,
  columns: readonly Column[],
  rowOf: (item: Item) => { readonly [C in Column]?: string | number | undefined },
  list: (page: PageRequest<Key>) => Promise<Result<Page<Item, Key>, Refusal>>,
) {
  const page = pageRequest(query, exportLimitDefault, isKey);
  if (!page.ok) return page;
  const result = await list(page.value);
  if (!result.ok) return result;
  const { items, next } = result.value;
  const text = exportText(format, columns, items.map(rowOf), query.cursor === undefined);
  return rawOk(text, mediaTypeOf[format], {
    'content-disposition': `attachment; filename="${fileName}"`,
    ...(next !== undefined && { link: `<${nextUrl(url, next)}>; rel="next"` }),
  });
}

/** A range in the name of a file, as `-from-20261101T0000Z-to-20261201T0000Z`. */
function rangeName({ from, to }: Range): string {
  const start = from === undefined ? '' : `-from-${compactTimeframe(from)}`;
  return to === undefined ? start : `${start}-to-${compactTimeframe(to)}`;
}
