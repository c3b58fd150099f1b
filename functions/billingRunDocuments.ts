import { ok, rawOk } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { exportRunCsv, exportRunJson } from '../shared/operations/exportRun.ts';
import { getStatement } from '../shared/operations/getStatement.ts';
import type { Ports } from '../shared/ports/ports.ts';
import type { StatementBody } from '../shared/schemas/billing.ts';

/** `GET /grids/{gridId}/billing-runs/{period}/export` */
export function billingRunExport(ports: Ports): Handlers<'billingRunExport'> {
  return {
    GET: async ({ params, query }) => {
      const { gridId, period } = params;
      if (query.format === 'csv') {
        const csv = await exportRunCsv(ports, gridId, period);
        return csv.ok ? rawOk(csv.value, 'text/csv; charset=utf-8') : csv;
      }
      const json = await exportRunJson(ports, gridId, period);
      return json.ok ? rawOk(json.value, 'application/json') : json;
    },
  };
}

/** `GET /grids/{gridId}/billing-runs/{period}/statements/{prosumerId}` */
export function billingRunStatement(ports: Ports): Handlers<'billingRunStatement'> {
  return {
    GET: async ({ params }) => {
      const { gridId, period, prosumerId } = params;
      const result = await getStatement(ports, gridId, period, prosumerId);
      // The app's own document, of the shape that it was written in.
      return result.ok ? ok(JSON.parse(result.value) as StatementBody) : result;
    },
  };
}
