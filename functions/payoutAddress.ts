import { ok } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { challengeBody, payoutAddressBody } from '../shared/http/payoutBody.ts';
import { bindAddress, getPayoutAddress } from '../shared/operations/bindAddress.ts';
import { challengeAddress } from '../shared/operations/challengeAddress.ts';
import type { Ports } from '../shared/ports/ports.ts';

/** `GET, PUT /prosumers/{prosumerId}/payout-address` */
export function payoutAddress(ports: Ports): Handlers<'payoutAddress'> {
  return {
    GET: async ({ params }) => {
      const result = await getPayoutAddress(ports, params.prosumerId);
      return result.ok ? ok(payoutAddressBody(result.value)) : result;
    },
    PUT: async ({ params, body }) => {
      const result = await bindAddress(ports, params.prosumerId, body);
      return result.ok ? ok(payoutAddressBody(result.value)) : result;
    },
  };
}

/** `POST /prosumers/{prosumerId}/payout-address/challenge` */
export function payoutAddressChallenge(ports: Ports): Handlers<'payoutAddressChallenge'> {
  return {
    POST: async ({ params, body }) => {
      const result = await challengeAddress(ports, params.prosumerId, body.address);
      return result.ok ? ok(challengeBody(result.value)) : result;
    },
  };
}
