import { Type } from 'typebox';
import { only } from '../domain/access.ts';
import { oneOf } from './common.ts';
import { pageParameters } from './page.ts';
import { gridInPath, parameters, range, raw } from './routeParameters.ts';
import type { RouteSpec } from './routeSpec.ts';

/** Rows on a page of an export when the request does not say, and at most. */
export const exportLimitDefault = 5_000;
export const exportLimitMax = 10_000;

const datasets = `Trades as \`GET /trades\` has them, by timeframe, revision and sequence, each of them
once recorded; the netto of each prosumer in the latest revision of each closed timeframe, by
timeframe and prosumer; or the postings of every account, \`mini-grid\` and \`power-plant\` included,
by timeframe, account, revision and sequence.`;

const format = Type.Optional(
  Type.Enum(['csv', 'ndjson'], {
    type: 'string',
    default: 'csv',
    description: 'CSV (RFC 4180), or a JSON object to a line.',
  }),
);

const limit = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: exportLimitMax,
    default: exportLimitDefault,
    description: 'Rows on a page, at most.',
  }),
);

const rows = `A page of the rows. Fields are those of the JSON API; columns of a CSV have the same names
in snake_case, and its header stands on the first page only: all pages one after the other are one
file. Cells are ids, words, instants, hashes and integers, never a formula, and need no quotes.`;

/** What is recorded of a mini grid, as files. */
export const exportRoutes = {
  gridExports: {
    path: 'grids/{gridId}/exports/{dataset}',
    params: parameters({
      ...gridInPath,
      dataset: oneOf(['trades', 'nettos', 'postings'], datasets),
    }),
    methods: {
      GET: {
        summary: 'Export trades, nettos or postings of a range of timeframes, page by page',
        tag: 'Smart Grid Info',
        access: only('path', 'operator', 'reader'),
        query: parameters({ ...range, format, limit, cursor: pageParameters.cursor }),
        answers: {
          200: raw(['text/csv', 'application/x-ndjson'], rows, {
            Link: 'The next page, with `rel="next"`; absent on the last.',
            'Content-Disposition': 'A name for the file: mini grid, dataset and range.',
          }),
        },
      },
    },
  },
} as const satisfies Record<string, RouteSpec>;
