import { created, ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { readInstants } from '../shared/http/instants.ts';
import { marketOf } from '../shared/http/marketBody.ts';
import { tariffVersionBody } from '../shared/http/tariffBody.ts';
import { deleteTariff } from '../shared/operations/deleteTariff.ts';
import { putTariff } from '../shared/operations/putTariff.ts';
import { getVersion } from '../shared/operations/tariffVersions.ts';
import type { Ports } from '../shared/ports/ports.ts';

/** `GET, PUT, DELETE /grids/{gridId}/tariffs/{validFrom}` */
export function gridTariff(ports: Ports): Handlers<'gridTariff'> {
  return {
    GET: async ({ params: { gridId, validFrom } }) => {
      const instants = readInstants({ validFrom }, '');
      if (!instants.ok) return instants;
      const result = await getVersion(ports, gridId, instants.value.validFrom);
      return result.ok ? ok(tariffVersionBody(result.value), result.value.etag) : result;
    },
    PUT: async ({ params: { gridId, validFrom }, body: { market, tariff }, url, ifMatch }) => {
      const instants = readInstants({ validFrom }, '');
      if (!instants.ok) return instants;
      const asked = { ...instants.value, ...(market && { market: marketOf(market) }), tariff };
      const result = await putTariff(ports, gridId, asked, ifMatch);
      if (!result.ok) return result;
      const { isNew, etag, version } = result.value;
      const shown = tariffVersionBody(result.value);
      const collection = url.slice(0, url.lastIndexOf('/'));
      return isNew ? created(shown, collection, version.validFrom, etag) : ok(shown, etag);
    },
    DELETE: async ({ params: { gridId, validFrom }, ifMatch }) => {
      const instants = readInstants({ validFrom }, '');
      if (!instants.ok) return instants;
      const result = await deleteTariff(ports, gridId, instants.value.validFrom, ifMatch);
      return result.ok ? ok(tariffVersionBody(result.value), result.value.etag) : result;
    },
  };
}
