import type { AuditEntry } from '../domain/audit.ts';
import type { Address, ReadAddress } from '../domain/bitcoin.ts';
import { changedFields } from '../domain/changedFields.ts';
import { billingDefaults } from '../domain/grid.ts';
import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { PayoutAddress } from '../domain/payout.ts';
import { boundAddress, challengeMessage } from '../domain/payoutAddress.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { Ports } from '../ports/ports.ts';
import { type AuditingPorts, auditEntry } from './auditEntry.ts';
import { isAnsweredBy, payableAddress } from './challengeAddress.ts';
import { changedSinceRead } from './changeConditionally.ts';
import { prosumerErased, prosumerNotFound } from './getProsumer.ts';

type AddressPorts = AuditingPorts &
  Pick<Ports, 'grids' | 'prosumers' | 'payouts' | 'bitcoin' | 'sha256'>;

const etagLength = 32;

/** An answer to a challenge. */
export type AddressAnswer = {
  readonly address: string;
  readonly nonce: string;
  readonly signature: string;
};

/**
 * Binds an address to a prosumer by its signature under the open challenge. Repeatable: the answer
 * that was taken is answered again. Of two at once one is taken. `ifMatch` is the tag of the address
 * that is bound now.
 */
export async function bindAddress(
  ports: AddressPorts,
  prosumerId: ProsumerId,
  { address, nonce, signature }: AddressAnswer,
  ifMatch?: string,
): Promise<Result<PayoutAddress, Refusal>> {
  const stored = await ports.prosumers.get(prosumerId);
  if (stored === undefined) return refuse(prosumerNotFound(prosumerId));
  if (stored.prosumer.erasedAt !== undefined) return refuse(prosumerErased(prosumerId));
  const read = payableAddress(ports, address);
  if (!read.ok) return read;
  const to = read.value;
  const current = await ports.payouts.getAddress(prosumerId);
  const isAnswer = (bound: PayoutAddress) => isFrom(bound, to, nonce, signature);
  if (current !== undefined && isAnswer(current)) return accept(current);
  if (
    ifMatch !== undefined &&
    (current === undefined || ifMatch !== etagOfAddress(ports, current))
  ) {
    return refuse(changedSinceRead);
  }

  const now = ports.clock.now();
  const challenge = await ports.payouts.getChallenge(prosumerId);
  const isOpen = challenge?.nonce === nonce && challenge.address === to.address;
  if (!isOpen || challenge.expiresAt <= now) return afterAnother(ports, prosumerId, isAnswer);
  if (!ports.bitcoin.isSignedBy(to.address, challengeMessage(challenge), signature)) {
    return refuse(notProven(challenge.address));
  }
  const cooldownHours = await cooldownHoursOf(ports, challenge.gridId);
  const bound = boundAddress(challenge, { to, signature }, current, { now, cooldownHours });
  const entry = boundEntry(ports, current, bound);
  if (await ports.payouts.bindAddress(bound, nonce, entry)) return accept(bound);
  return afterAnother(ports, prosumerId, isAnswer);
}

/** Where somebody is paid is personal; since when is not. */
function boundEntry(
  ports: AuditingPorts,
  before: PayoutAddress | undefined,
  after: PayoutAddress,
): AuditEntry {
  const { prosumerId, gridId } = after;
  const timesOf = ({ boundAt, usableFrom }: PayoutAddress) => ({ boundAt, usableFrom });
  const addressOf = ({ to: { address } }: PayoutAddress) => ({ address });
  return auditEntry(ports, {
    gridId,
    action: 'bound',
    thing: { kind: 'payout_address', id: prosumerId },
    ...changedFields(before && timesOf(before), timesOf(after)),
    personal: { prosumerId, ...changedFields(before && addressOf(before), addressOf(after)) },
  });
}

/** Where a prosumer is paid. */
export async function getPayoutAddress(
  { prosumers, payouts }: Pick<Ports, 'prosumers' | 'payouts'>,
  prosumerId: ProsumerId,
): Promise<Result<PayoutAddress, Refusal>> {
  if ((await prosumers.get(prosumerId)) === undefined) return refuse(prosumerNotFound(prosumerId));
  const address = await payouts.getAddress(prosumerId);
  if (address !== undefined) return accept(address);
  const detail = `The prosumer ${prosumerId} has bound no address yet. Ask for a challenge.`;
  return refuse({ code: 'payout_address_not_found', detail });
}

/** The tag of where a prosumer is paid: no two challenges have the same text. */
export function etagOfAddress(
  { sha256 }: Pick<Ports, 'sha256'>,
  { message, signature }: PayoutAddress,
): string {
  return sha256(`${message}\n${signature}`).slice(0, etagLength);
}

/** The challenge is not open: it was used up in the meantime by the same answer, or it never was. */
async function afterAnother(
  { payouts }: Pick<Ports, 'payouts'>,
  prosumerId: ProsumerId,
  isAnswer: (bound: PayoutAddress) => boolean,
): Promise<Result<PayoutAddress, Refusal>> {
  const current = await payouts.getAddress(prosumerId);
  return current !== undefined && isAnswer(current) ? accept(current) : refuse(challengeExpired);
}

/** Is this what that answer bound? The nonce, which is part of the message, was given out once. */
function isFrom(bound: PayoutAddress, to: ReadAddress, nonce: string, signature: string): boolean {
  return (
    bound.to.address === to.address && bound.signature === signature && isAnsweredBy(bound, nonce)
  );
}

async function cooldownHoursOf({ grids }: Pick<Ports, 'grids'>, gridId: GridId): Promise<number> {
  const grid = await grids.get(gridId);
  return (grid?.value.billing ?? billingDefaults).addressCooldownHours;
}

const challengeExpired: Refusal = {
  code: 'challenge_expired',
  detail: 'No such challenge is open for this address. Ask for a new one and sign that.',
};

function notProven(address: Address): Refusal {
  return {
    code: 'ownership_not_proven',
    detail: `This is not a signature of the challenge's message by ${address}.`,
    errors: [{ pointer: '/signature', detail: 'does not verify' }],
  };
}
