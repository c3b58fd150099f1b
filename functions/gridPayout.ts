import { ok, rawOk } from '../shared/http/answers.ts';
import type { Handlers } from '../shared/http/edge.ts';
import { wholePayoutBody } from '../shared/http/payoutBody.ts';
import { getPayout, getPayoutDocument } from '../shared/operations/getPayout.ts';
import { replacePayout } from '../shared/operations/replacePayout.ts';
import { signPayout } from '../shared/operations/signPayout.ts';
import type { Ports } from '../shared/ports/ports.ts';

/** `GET /grids/{gridId}/payouts/{payoutId}` */
export function gridPayout(ports: Ports): Handlers<'gridPayout'> {
  return {
    GET: async ({ params: { gridId, payoutId } }) => {
      const result = await getPayout(ports, gridId, payoutId);
      return result.ok ? ok(wholePayoutBody(result.value.value), result.value.etag) : result;
    },
  };
}

/** `GET /grids/{gridId}/payouts/{payoutId}/psbt` */
export function gridPayoutPsbt(ports: Ports): Handlers<'gridPayoutPsbt'> {
  return {
    GET: async ({ params: { gridId, payoutId } }) => {
      const result = await getPayoutDocument(ports, gridId, payoutId, 'psbt');
      return result.ok ? rawOk(result.value, 'text/plain; charset=utf-8') : result;
    },
  };
}

/** `GET /grids/{gridId}/payouts/{payoutId}/manifest` */
export function gridPayoutManifest(ports: Ports): Handlers<'gridPayoutManifest'> {
  return {
    GET: async ({ params: { gridId, payoutId } }) => {
      const result = await getPayoutDocument(ports, gridId, payoutId, 'manifest');
      return result.ok ? rawOk(result.value, 'application/json') : result;
    },
  };
}

/** `POST /grids/{gridId}/payouts/{payoutId}/signature` */
export function gridPayoutSignature(ports: Ports): Handlers<'gridPayoutSignature'> {
  return {
    POST: async ({ params: { gridId, payoutId }, body, ifMatch }) => {
      const result = await signPayout(ports, gridId, payoutId, body.psbt, ifMatch);
      return result.ok ? ok(wholePayoutBody(result.value.value), result.value.etag) : result;
    },
  };
}

/** `POST /grids/{gridId}/payouts/{payoutId}/replacement` */
export function gridPayoutReplacement(ports: Ports): Handlers<'gridPayoutReplacement'> {
  return {
    POST: async ({ params: { gridId, payoutId }, body, ifMatch }) => {
      const { feeRateSatPerKvb: feeRate } = body;
      const result = await replacePayout(ports, gridId, payoutId, feeRate, ifMatch);
      return result.ok ? ok(wholePayoutBody(result.value.value), result.value.etag) : result;
    },
  };
}
