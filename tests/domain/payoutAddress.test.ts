import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Address, ReadAddress } from '../../shared/domain/bitcoin.ts';
import type { GridId, ProsumerId } from '../../shared/domain/ids.ts';
import type { AddressChallenge, PayoutAddress } from '../../shared/domain/payout.ts';
import {
  boundAddress,
  challengeMessage,
  claims,
  usableAddress,
} from '../../shared/domain/payoutAddress.ts';
import { addMinutes, type Instant } from '../../shared/domain/timeframe.ts';

const start = '2026-11-22T10:00:00Z' as Instant;
const cooldownHours = 24;
const hours = (count: number): Instant => addMinutes(start, count * 60);

function challengeOf(address: string, change: Partial<AddressChallenge> = {}): AddressChallenge {
  return {
    prosumerId: 'house-1' as ProsumerId,
    gridId: 'lane' as GridId,
    address: address as Address,
    nonce: 'nonce-1',
    expiresAt: hours(24),
    ...change,
  };
}

function toOf(address: string): ReadAddress {
  return { address: address as Address, kind: 'p2wpkh', script: `0014${address}` };
}

type Bind = { readonly at: number; readonly address: string };

const binds = fc
  .array(fc.tuple(fc.nat(30), fc.constantFrom('aa', 'bb', 'cc')), { minLength: 1, maxLength: 8 })
  .map((steps) => {
    let at = 0;
    return steps.map(([wait, address]): Bind => {
      at += wait;
      return { at, address };
    });
  });

/** What is bound after each step. */
function boundAfter(steps: readonly Bind[]): readonly PayoutAddress[] {
  const bound: PayoutAddress[] = [];
  for (const { at, address } of steps) {
    const proof = { to: toOf(address), signature: 'AA==' };
    const when = { now: hours(at), cooldownHours };
    bound.push(boundAddress(challengeOf(address), proof, bound.at(-1), when));
  }
  return bound;
}

test('what is paid to changes no sooner than a change has cooled down, whoever binds what', () => {
  fc.assert(
    fc.property(binds, (steps) => {
      const bound = boundAfter(steps);
      for (const [index, { at, address }] of steps.entries()) {
        const before = bound[index - 1];
        const after = bound[index];
        const paidBefore = before && usableAddress(before, hours(at))?.to.address;
        for (let hour = at; hour < at + cooldownHours; hour += 1) {
          const paidTo = after && usableAddress(after, hours(hour))?.to.address;
          expect(paidTo).toBe(paidBefore ?? address);
        }
        const cooled = after && usableAddress(after, hours(at + cooldownHours))?.to.address;
        expect(cooled).toBe(address);
      }
    }),
  );
});

test('keeps one address beside the last, however many were bound', () => {
  fc.assert(
    fc.property(binds, (steps) => {
      for (const { before } of boundAfter(steps)) expect(before ?? {}).not.toHaveProperty('before');
    }),
  );
});

test('a text claims what it was made for, and nothing else', () => {
  const id = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,8}$/);
  const claim = fc.record({ prosumerId: id, gridId: id, address: id });
  fc.assert(
    fc.property(claim, claim, (one, other) => {
      const made = one as unknown as AddressChallenge;
      const asked = other as unknown as AddressChallenge;
      const message = challengeMessage({ ...challengeOf(''), ...made });
      expect(claims(message, made)).toBe(true);
      const isSame = JSON.stringify(one) === JSON.stringify(other);
      expect(claims(message, asked)).toBe(isSame);
    }),
  );
});

test('a text is one line that any wallet takes as it is', () => {
  const address = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
  expect(challengeMessage(challengeOf(address))).toBe(
    `Mini Smart Grid pays prosumer house-1 of grid lane at ${address}. ` +
      'Nonce nonce-1, to be signed before 2026-11-23T10:00:00Z.',
  );
});
