import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { readingsBody } from '../shared/http/readingsBody.ts';
import { readReadings } from '../shared/http/readReadings.ts';
import { postReadings } from '../shared/operations/postReadings.ts';
import type { Ports } from '../shared/ports/ports.ts';

/** `POST /grids/{gridId}/readings` */
export function gridReadings(ports: Ports): Handlers<'gridReadings'> {
  return {
    POST: async ({ params, body }) => {
      const { rejected, ...valid } = readReadings(body.readings);
      const result = await postReadings(ports, params.gridId, valid);
      return result.ok ? ok(readingsBody([...rejected, ...result.value])) : result;
    },
  };
}
