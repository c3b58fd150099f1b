import type { PayoutAddress } from '../shared/domain/payout.ts';
import type { Refusal } from '../shared/domain/refusal.ts';
import type { Result } from '../shared/domain/result.ts';
import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { challengeBody, payoutAddressBody } from '../shared/http/payoutBody.ts';
import { bindAddress, etagOfAddress, getPayoutAddress } from '../shared/operations/bindAddress.ts';
import { challengeAddress } from '../shared/operations/challengeAddress.ts';
import type { Ports } from '../shared/ports/ports.ts';

/** `GET, PUT /prosumers/{prosumerId}/payout-address` */
export function payoutAddress(ports: Ports): Handlers<'payoutAddress'> {
  return {
    GET: async ({ params }) => {
      const result = await getPayoutAddress(ports, params.prosumerId);
      return answer(ports, result);
    },
    PUT: async ({ params, body, ifMatch }) => {
      const result = await bindAddress(ports, params.prosumerId, body, ifMatch);
      return answer(ports, result);
    },
  };
}

function answer(ports: Ports, result: Result<PayoutAddress, Refusal>) {
  return result.ok
    ? ok(payoutAddressBody(result.value), etagOfAddress(ports, result.value))
    : result;
}

/** `POST /prosumers/{prosumerId}/payout-address/challenge` */
export function payoutAddressChallenge(ports: Ports): Handlers<'payoutAddressChallenge'> {
  return {
    POST: async ({ params, body: { address }, assignedId }) => {
      const result = await challengeAddress(ports, params.prosumerId, address, assignedId);
      return result.ok ? ok(challengeBody(result.value)) : result;
    },
  };
}
