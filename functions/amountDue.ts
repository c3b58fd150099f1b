import { ok } from '../shared/http/answers.ts';
import { amountDueBody } from '../shared/http/billingBody.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { amountDue as computeAmountDue } from '../shared/operations/amountDue.ts';
import type { Ports } from '../shared/ports/ports.ts';

/** `GET /prosumers/{prosumerId}/amount-due` */
export function amountDue(ports: Ports): Handlers<'amountDue'> {
  return {
    GET: async ({ params }) => {
      const result = await computeAmountDue(ports, params.prosumerId);
      return result.ok ? ok(amountDueBody(params.prosumerId, result.value)) : result;
    },
  };
}
