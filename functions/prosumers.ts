import type { ProsumerId } from '../shared/domain/ids.ts';
import { created, ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { readInstants } from '../shared/http/instants.ts';
import { pageAnswer } from '../shared/http/page.ts';
import { isIdKey, pageRequest } from '../shared/http/pageRequest.ts';
import { prosumerBody } from '../shared/http/prosumerBody.ts';
import { etagOfProsumer } from '../shared/operations/changeProsumer.ts';
import { createProsumer } from '../shared/operations/createProsumer.ts';
import { listProsumers } from '../shared/operations/getProsumer.ts';
import type { Ports } from '../shared/ports/ports.ts';
import { pageLimitDefault } from '../shared/schemas/page.ts';

/** `GET, POST /prosumers` */
export function prosumers(ports: Ports): Handlers<'prosumers'> {
  return {
    GET: async ({ query, url }) => {
      const page = pageRequest(query, pageLimitDefault, isIdKey<ProsumerId>);
      if (!page.ok) return page;
      const result = await listProsumers(ports, query.gridId, page.value);
      if (!result.ok) return result;
      const { items, next } = result.value;
      return ok(pageAnswer(url, items.map(prosumerBody), next));
    },
    POST: async ({ body, url, assignedId }) => {
      const { id = assignedId as ProsumerId, activeFrom, activeUntil, ...fields } = body;
      const instants = readInstants({ activeFrom, activeUntil }, '/');
      if (!instants.ok) return instants;
      const result = await createProsumer(ports, { id, ...fields, ...instants.value });
      if (!result.ok) return result;
      return created(prosumerBody(result.value), url, id, etagOfProsumer(result.value));
    },
  };
}
