import type { Static } from 'typebox';
import type { AddressChallenge, Payee, Payout, PayoutAddress } from '../domain/payout.ts';
import type { BoundAddress } from '../domain/payoutAddress.ts';
import { awaitsSignature, newestVersion, paidSat } from '../domain/payoutVersions.ts';
import type { DeepReadonly } from '../schemas/input.ts';
import type {
  AddressChallenge as AddressChallengeSchema,
  Payee as PayeeSchema,
  PayoutAddress as PayoutAddressSchema,
  Payout as PayoutSchema,
  PayoutWhole,
} from '../schemas/payout.ts';

/** A payout as a list shows it. */
export function payoutBody(payout: Payout): DeepReadonly<Static<typeof PayoutSchema>> {
  const { id, gridId, status, createdAt, broadcastAt, confirmed } = payout;
  const newest = newestVersion(payout);
  return {
    id,
    gridId,
    status,
    awaitsSignature: awaitsSignature(payout),
    txid: newest.txid,
    anchor: newest.anchor,
    payeeCount: newest.outputs.length,
    amountSat: String(paidSat(newest)),
    feeSat: String(newest.feeSat),
    createdAt,
    ...(broadcastAt && { broadcastAt }),
    ...(confirmed && { confirmed }),
    versions: payout.versions.map(({ txid, feeSat, feeRate, change, builtAt, signedHex }) => ({
      txid,
      feeSat: String(feeSat),
      feeRateSatPerKvb: feeRate,
      changeSat: String(change?.amountSat ?? 0n),
      builtAt,
      isSigned: signedHex !== undefined,
    })),
  };
}

/** A payout with its payees, who are the same in all of its versions. */
export function wholePayoutBody(payout: Payout): DeepReadonly<Static<typeof PayoutWhole>> {
  const payees = newestVersion(payout).outputs.map(
    ({ prosumerId, periods, to, amountSat, feeSat }) => ({
      prosumerId,
      periods,
      address: to.address,
      amountSat: String(amountSat),
      feeSat: String(feeSat),
    }),
  );
  return { ...payoutBody(payout), payees };
}

/** What a run owes a prosumer. */
export function payeeBody(payee: Payee): DeepReadonly<Static<typeof PayeeSchema>> {
  return { ...payee, amountSat: String(payee.amountSat) };
}

/** Where a prosumer is paid, with the proof that it is its own. */
export function payoutAddressBody({
  prosumerId,
  gridId,
  before,
  ...bound
}: PayoutAddress): DeepReadonly<Static<typeof PayoutAddressSchema>> {
  const now = boundBody(bound);
  return { prosumerId, gridId, ...now, ...(before && { before: boundBody(before) }) };
}

/** What is to be signed, and until when. */
export function challengeBody({
  challenge,
  message,
}: {
  readonly challenge: AddressChallenge;
  readonly message: string;
}): DeepReadonly<Static<typeof AddressChallengeSchema>> {
  const { address, nonce, expiresAt } = challenge;
  return { address, nonce, message, expiresAt };
}

function boundBody({ to, ...bound }: BoundAddress) {
  return { address: to.address, kind: to.kind, ...bound };
}
