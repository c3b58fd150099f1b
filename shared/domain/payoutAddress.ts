import type { Address, ReadAddress } from './bitcoin.ts';
import type { GridId, ProsumerId } from './ids.ts';
import type { AddressChallenge, PayoutAddress } from './payout.ts';
import { addMinutes, type Instant } from './timeframe.ts';

/** How long a challenge can be answered. */
export const challengeHours = 24;

/** An address with its proof, without the prosumer that it belongs to. */
export type BoundAddress = Omit<PayoutAddress, 'before' | 'prosumerId' | 'gridId'>;

/** Whom an address is to belong to. */
export type AddressClaim = {
  readonly prosumerId: ProsumerId;
  readonly gridId: GridId;
  readonly address: Address;
};

const minutesPerHour = 60;

/**
 * The text that a challenge asks to sign: one line of ASCII, so that no wallet and no clipboard
 * changes it. Ids and addresses have no blank in them, so that no text can be read in two ways.
 */
export function challengeMessage({ nonce, expiresAt, ...claim }: AddressChallenge): string {
  return `${claimText(claim)} Nonce ${nonce}, to be signed before ${expiresAt}.`;
}

/** Does this text claim that address for that prosumer? Who signed it is another question. */
export function claims(message: string, claim: AddressClaim): boolean {
  return message.startsWith(`${claimText(claim)} `);
}

/** The address that is paid to at a time: the last bound, or until that is usable the one before. */
export function usableAddress(address: PayoutAddress, at: Instant): BoundAddress | undefined {
  const { before, prosumerId: _, gridId: __, ...last } = address;
  if (last.usableFrom <= at) return last;
  return before !== undefined && before.usableFrom <= at ? before : undefined;
}

/**
 * What binding an address makes of the one that is bound now. The first is usable at once, and so is
 * the one that is paid to anyway; a change only after a while, and until then what was usable stays.
 */
export function boundAddress(
  challenge: AddressChallenge,
  { to, signature }: { readonly to: ReadAddress; readonly signature: string },
  current: PayoutAddress | undefined,
  { now, cooldownHours }: { readonly now: Instant; readonly cooldownHours: number },
): PayoutAddress {
  const { prosumerId, gridId } = challenge;
  const before = current && usableAddress(current, now);
  const isChange = before !== undefined && before.to.script !== to.script;
  const message = challengeMessage(challenge);
  const bound = { prosumerId, gridId, to, message, signature, boundAt: now };
  return isChange
    ? { ...bound, usableFrom: addMinutes(now, cooldownHours * minutesPerHour), before }
    : { ...bound, usableFrom: now };
}

function claimText({ prosumerId, gridId, address }: AddressClaim): string {
  return `Mini Smart Grid pays prosumer ${prosumerId} of grid ${gridId} at ${address}.`;
}
