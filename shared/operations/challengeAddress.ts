import type { ReadAddress } from '../domain/bitcoin.ts';
import type { ProsumerId } from '../domain/ids.ts';
import type { AddressChallenge, PayoutAddress } from '../domain/payout.ts';
import { challengeHours, challengeMessage } from '../domain/payoutAddress.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { addMinutes } from '../domain/timeframe.ts';
import type { AddressFault } from '../ports/bitcoin.ts';
import type { Ports } from '../ports/ports.ts';
import { prosumerErased, prosumerNotFound } from './getProsumer.ts';

const minutesPerHour = 60;

/**
 * Gives out the text that binds an address to a prosumer once the address has signed it. A prosumer
 * has one challenge at a time, the latest. The nonce makes a signature good for one binding: it is a
 * UUIDv7, whose 62 random bits nobody guesses within the day that a challenge lasts. Repeatable under
 * the same nonce, until it is answered.
 */
export async function challengeAddress(
  {
    prosumers,
    payouts,
    bitcoin,
    clock,
  }: Pick<Ports, 'prosumers' | 'payouts' | 'bitcoin' | 'clock'>,
  prosumerId: ProsumerId,
  text: string,
  nonce: string,
): Promise<Result<{ readonly challenge: AddressChallenge; readonly message: string }, Refusal>> {
  const stored = await prosumers.get(prosumerId);
  if (stored === undefined) return refuse(prosumerNotFound(prosumerId));
  if (stored.prosumer.erasedAt !== undefined) return refuse(prosumerErased(prosumerId));
  const read = payableAddress({ bitcoin }, text);
  if (!read.ok) return read;
  const bound = await payouts.getAddress(prosumerId);
  if (bound !== undefined && isAnsweredBy(bound, nonce)) return refuse(answered);
  const challenge: AddressChallenge = {
    prosumerId,
    gridId: stored.prosumer.gridId,
    address: read.value.address,
    nonce,
    expiresAt: addMinutes(clock.now(), challengeHours * minutesPerHour),
  };
  if (!(await payouts.putChallenge(challenge))) return refuse(prosumerErased(prosumerId));
  return accept({ challenge, message: challengeMessage(challenge) });
}

/** Was the address bound by that nonce? It is part of the text, and was given out once. */
export function isAnsweredBy({ message }: PayoutAddress, nonce: string): boolean {
  return message.includes(` ${nonce}, `);
}

const answered: Refusal = {
  code: 'challenge_expired',
  detail: 'This challenge was given out and answered already. Ask for a new one.',
};

/** Reads an address that a request names; the refusal says what is wrong with it. */
export function payableAddress(
  { bitcoin }: Pick<Ports, 'bitcoin'>,
  text: string,
): Result<ReadAddress, Refusal> {
  const read = bitcoin.readAddress(text);
  if (read.ok) return accept(read.value);
  const errors = [{ pointer: '/address', detail: addressFaults[read.refusal] }];
  const detail = `Nobody can be paid there: the app is on ${bitcoin.network}.`;
  return refuse({ code: 'address_invalid', detail, errors });
}

const addressFaults = {
  wrong_network: 'is an address of another network',
  unknown_witness_version: 'is of a witness version that nobody can spend safely yet',
  bad_checksum: 'has a wrong checksum: a character is mistyped',
  malformed: 'is no bitcoin address',
} as const satisfies Record<AddressFault, string>;
