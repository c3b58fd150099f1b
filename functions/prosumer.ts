import type { Refusal } from '../shared/domain/refusal.ts';
import type { Result } from '../shared/domain/result.ts';
import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { readInstants } from '../shared/http/instants.ts';
import { prosumerBody } from '../shared/http/prosumerBody.ts';
import {
  changeProsumer,
  deactivateProsumer,
  etagOfProsumer,
} from '../shared/operations/changeProsumer.ts';
import { eraseProsumer } from '../shared/operations/eraseProsumer.ts';
import { getProsumer } from '../shared/operations/getProsumer.ts';
import type { Ports } from '../shared/ports/ports.ts';
import type { StoredProsumer } from '../shared/ports/prosumerStore.ts';

/** `GET, PATCH, DELETE /prosumers/{prosumerId}` */
export function prosumer(ports: Ports): Handlers<'prosumer'> {
  return {
    GET: async ({ params }) => answer(await getProsumer(ports, params.prosumerId)),
    PATCH: async ({ params, body, ifMatch }) => {
      const { activeFrom, activeUntil, ...fields } = body;
      const instants = readInstants({ activeFrom, activeUntil }, '/');
      if (!instants.ok) return instants;
      const change = { ...fields, ...instants.value };
      return answer(await changeProsumer(ports, params.prosumerId, change, ifMatch));
    },
    DELETE: async ({ params, ifMatch }) =>
      answer(await deactivateProsumer(ports, params.prosumerId, ifMatch)),
  };
}

/** `POST /prosumers/{prosumerId}/erasure` */
export function prosumerErasure(ports: Ports): Handlers<'prosumerErasure'> {
  return {
    POST: async ({ params, ifMatch }) =>
      answer(await eraseProsumer(ports, params.prosumerId, ifMatch)),
  };
}

function answer(result: Result<StoredProsumer, Refusal>) {
  return result.ok ? ok(prosumerBody(result.value), etagOfProsumer(result.value)) : result;
}
