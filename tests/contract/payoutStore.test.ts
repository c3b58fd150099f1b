import { describe, expect, test } from '@jest/globals';
import type { AddressChallenge, PayoutAddress, PayoutId } from '../../shared/domain/payout.ts';
import { freshStores } from './adapters.ts';
import { entryOf } from './auditSamples.ts';
import {
  address,
  bill,
  coinOf,
  paidAt,
  payoutId,
  payoutOf,
  sat,
  txid,
  versionOf,
} from './billingSamples.ts';
import { describeProsumerInfo } from './prosumerInfoAdapters.ts';
import {
  allPages,
  december,
  hillside,
  instant,
  november,
  prosumerId,
  riverside,
} from './samples.ts';

describeProsumerInfo('payout store', (adapter) => {
  const stores = freshStores(adapter);
  const billAll = async () => {
    const { billing } = stores();
    await bill(billing, { anna: 4_000n, ben: -1_000n, zoe: 500n, 'a-b': 3n });
    await bill(billing, { anna: 70n }, { period: december });
    await bill(billing, { kim: 9n }, { gridId: hillside });
  };
  const waiting = async (gridId = riverside) =>
    (await stores().payouts.listWaiting(gridId, 99)).map(
      ({ period, prosumerId }) => `${period}.${prosumerId}`,
    );
  const annas = versionOf([['anna', november, december]], [coinOf('a1'), coinOf('a2')]);

  describe('payees', () => {
    test('wait from their final run on, by period and prosumer', async () => {
      const { payouts } = stores();
      await billAll();
      const keys = ['2026-11.a-b', '2026-11.anna', '2026-11.zoe', '2026-12.anna'];
      expect(await waiting()).toEqual(keys);
      expect(await payouts.listWaiting(riverside, 1)).toEqual([
        { gridId: riverside, period: november, prosumerId: 'a-b', amountSat: 3n },
      ]);
      for (const [n, after] of keys.entries()) {
        const rest = await payouts.listWaiting(riverside, 2, after);
        const restKeys = rest.map(({ period, prosumerId }) => `${period}.${prosumerId}`);
        expect(restKeys).toEqual(keys.slice(n + 1, n + 3));
      }
      for (const limit of [1, 3, 4, 5]) {
        const listed = await allPages(limit, (page: { after?: string; limit: number }) =>
          payouts.listPayees(riverside, page),
        );
        expect(listed.map(({ period, prosumerId }) => `${period}.${prosumerId}`)).toEqual(keys);
      }
      expect(await waiting(hillside)).toEqual(['2026-11.kim']);
    });

    test('belong to the payout that takes them, for good', async () => {
      const { payouts } = stores();
      await billAll();
      expect(await payouts.create(payoutOf(1, [annas]), entryOf())).toBe(true);
      expect(await waiting()).toEqual(['2026-11.a-b', '2026-11.zoe']);
      const { items } = await payouts.listPayees(riverside, { limit: 9 });
      expect(items.map((payee) => payee.payoutId)).toEqual([
        ...[undefined, payoutId(1), undefined, payoutId(1)],
      ]);
      const again = payoutOf(2, [versionOf([['anna', december]], [coinOf('b1')])]);
      expect(await payouts.create(again, entryOf())).toBe(false);
      expect(await payouts.get(payoutId(2))).toBeUndefined();
      expect(await payouts.takenCoins(riverside)).toEqual(
        new Set([`${txid('a1')}:0`, `${txid('a2')}:0`]),
      );
    });

    test('are not taken when one of them is not waiting, or a coin is not free', async () => {
      const { payouts } = stores();
      await billAll();
      await payouts.create(payoutOf(1, [annas]), entryOf());
      const before = await waiting();
      for (const version of [
        versionOf(
          [
            ['zoe', november],
            ['anna', november],
          ],
          [coinOf('c1')],
        ),
        versionOf([['zoe', november, december]], [coinOf('c1')]),
        versionOf([['nobody', november]], [coinOf('c1')]),
        versionOf([['zoe', november]], [coinOf('c1'), coinOf('a2')]),
      ]) {
        expect(await payouts.create(payoutOf(2, [version]), entryOf())).toBe(false);
      }
      expect(await waiting()).toEqual(before);
      expect((await payouts.takenCoins(riverside)).size).toBe(2);
      const sameTransaction = versionOf([['zoe', november]], [coinOf('a2', { vout: 1 })]);
      expect(await payouts.create(payoutOf(2, [sameTransaction]), entryOf())).toBe(true);
    });

    test('that two payouts want at once are taken by one', async () => {
      const { payouts, openAnother } = stores();
      const other = await openAnother();
      await billAll();
      const made = await Promise.all(
        Array.from({ length: 8 }, (_, n) => {
          const version = versionOf([['zoe', november]], [coinOf(`c${n}`)]);
          return (n % 2 === 0 ? payouts : other.payouts).create(payoutOf(n, [version]), entryOf());
        }),
      );
      expect(made.filter((isMade) => isMade)).toHaveLength(1);
      expect((await payouts.takenCoins(riverside)).size).toBe(1);
      expect((await payouts.list(riverside, { limit: 9 })).items).toHaveLength(1);
    });
  });

  describe('a coin', () => {
    test('that two payouts want at once belongs to one', async () => {
      const { payouts, openAnother } = stores();
      const other = await openAnother();
      await billAll();
      const made = await Promise.all([
        payouts.create(payoutOf(1, [versionOf([['zoe', november]], [coinOf('c1')])]), entryOf()),
        other.payouts.create(
          payoutOf(2, [versionOf([['anna', november]], [coinOf('c1')])]),
          entryOf(),
        ),
      ]);
      expect(made.filter((isMade) => isMade)).toHaveLength(1);
      expect(await waiting()).toHaveLength(3);
    });

    test('of a wallet that two grids have belongs to a payout of one', async () => {
      const { payouts } = stores();
      await billAll();
      await payouts.create(payoutOf(1, [annas]), entryOf());
      const elsewhere = versionOf([['kim', november]], [coinOf('a1')]);
      expect(await payouts.create(payoutOf(2, [elsewhere], { gridId: hillside }), entryOf())).toBe(
        false,
      );
      expect(await payouts.takenCoins(hillside)).toEqual(new Set());
    });
  });

  describe('a payout', () => {
    test('comes back whole, with every satoshi', async () => {
      const { payouts, reopen } = stores();
      await billAll();
      const amountSat = sat(2n ** 63n - 1n);
      const big = versionOf([['anna', november]], [coinOf('a1', { amountSat })]);
      const { change: _, ...withoutChange } = versionOf([], [coinOf('a1')]);
      const confirmed = { txid: txid('f1'), blockHash: 'e'.repeat(64), at: paidAt };
      const made = payoutOf(1, [big, { ...withoutChange, signedHex: '02'.repeat(50_000) }], {
        ...{ status: 'confirmed', broadcastAt: paidAt, confirmed },
      });
      expect(await payouts.create(made, entryOf())).toBe(true);
      const again = await reopen();
      const stored = await again.payouts.get(payoutId(1));
      expect(stored?.value).toEqual(made);
      expect(stored?.etag).toMatch(/^[\w-]+$/);
    });

    test('is replaced only at the etag that it is at, once', async () => {
      const { payouts, openAnother } = stores();
      const other = await openAnother();
      await billAll();
      await payouts.create(payoutOf(1, [annas]), entryOf());
      const etag = (await payouts.get(payoutId(1)))?.etag ?? '';
      const signed = payoutOf(1, [{ ...annas, signedHex: '0200' }], { status: 'signed' });
      const answers = await Promise.all([
        payouts.replace(signed, etag, entryOf()),
        other.payouts.replace(signed, etag, entryOf()),
        payouts.replace(signed, etag, entryOf()),
      ]);
      const stored = await payouts.get(payoutId(1));
      expect(answers.filter((answer) => answer !== undefined)).toEqual([stored]);
      expect(stored?.value).toEqual(signed);
      expect(stored?.etag).not.toBe(etag);
      for (const never of ['', '*', 'v0', 'v999', etag]) {
        expect(await payouts.replace(payoutOf(1, [annas]), never, entryOf())).toBeUndefined();
      }
      expect(await payouts.replace(payoutOf(2, [annas]), etag, entryOf())).toBeUndefined();
      expect(await payouts.get(payoutId(1))).toEqual(stored);
      const next = await payouts.replace(payoutOf(1, [annas]), stored?.etag ?? '', entryOf());
      expect(next).toEqual(await payouts.get(payoutId(1)));
    });

    test('gets the coins of all its versions, unless one belongs to another', async () => {
      const { payouts } = stores();
      await billAll();
      await payouts.create(payoutOf(1, [annas]), entryOf());
      await payouts.create(
        payoutOf(2, [versionOf([['zoe', november]], [coinOf('z1')])]),
        entryOf(),
      );
      const etag = (await payouts.get(payoutId(1)))?.etag ?? '';
      const bump = (...digits: string[]) =>
        payoutOf(1, [
          annas,
          versionOf(
            [['anna', november, december]],
            digits.map((d) => coinOf(d)),
          ),
        ]);
      expect(await payouts.replace(bump('a1', 'b1', 'z1'), etag, entryOf())).toBeUndefined();
      expect((await payouts.takenCoins(riverside)).size).toBe(3);
      expect(await payouts.replace(bump('a1', 'b1'), etag, entryOf())).toBeDefined();
      expect(await payouts.takenCoins(riverside)).toEqual(
        new Set(['a1', 'a2', 'b1', 'z1'].map((digits) => `${txid(digits)}:0`)),
      );
    });

    test('is listed by id, of its grid or while it is not confirmed', async () => {
      const { payouts, billing } = stores();
      const ids = Array.from({ length: 5 }, (_, n) => `p${n}`);
      await bill(billing, Object.fromEntries(ids.map((id) => [id, 5n])));
      await bill(billing, { kim: 9n }, { gridId: hillside });
      for (const n of [3, 0, 4, 1, 2]) {
        const version = versionOf([[`p${n}`, november]], [coinOf(`c${n}`)]);
        const status = n === 2 ? 'confirmed' : n === 3 ? 'broadcast' : 'built';
        expect(await payouts.create(payoutOf(n, [version], { status }), entryOf())).toBe(true);
      }
      const elsewhere = versionOf([['kim', november]], [coinOf('d1')]);
      await payouts.create(payoutOf(9, [elsewhere], { gridId: hillside }), entryOf());
      for (const limit of [1, 2, 5, 6]) {
        const listed = await allPages(limit, (page: { after?: PayoutId; limit: number }) =>
          payouts.list(riverside, page),
        );
        expect(listed.map(({ value }) => value.id)).toEqual([0, 1, 2, 3, 4].map(payoutId));
        const open = await allPages(limit, (page: { after?: PayoutId; limit: number }) =>
          payouts.listUnconfirmed(page),
        );
        expect(open.map(({ value }) => value.id)).toEqual([0, 1, 3, 4, 9].map(payoutId));
      }
      const last = await payouts.get(payoutId(9));
      const done = last && { ...last.value, status: 'confirmed' as const };
      if (done === undefined) throw new Error('the payout was made');
      await payouts.replace(done, last?.etag ?? '', entryOf());
      expect((await payouts.listUnconfirmed({ limit: 9 })).items).toHaveLength(4);
    });

    test('of 2500 payees and 100 coins', async () => {
      const { payouts, billing } = stores();
      const ids = Array.from({ length: 2_500 }, (_, n) => `p${n}`);
      await bill(billing, Object.fromEntries(ids.map((id) => [id, 5n])));
      const coins = Array.from({ length: 100 }, (_, n) => coinOf(`c${n}`, { vout: n }));
      const version = versionOf(
        ids.map((id) => [id, november] as const),
        coins,
      );
      const large = payoutOf(1, [version]);
      expect(await payouts.create(large, entryOf())).toBe(true);
      expect((await payouts.get(payoutId(1)))?.value).toEqual(large);
      expect(await waiting()).toEqual([]);
      expect((await payouts.takenCoins(riverside)).size).toBe(100);
    });
  });

  describe('an address', () => {
    const challenge = (change: Partial<AddressChallenge> = {}): AddressChallenge => ({
      prosumerId: prosumerId('anna'),
      gridId: riverside,
      address: address(500),
      nonce: 'n1',
      expiresAt: instant('2026-12-01T09:00:00Z'),
      ...change,
    });
    const bound = (change: Partial<PayoutAddress> = {}): PayoutAddress => ({
      prosumerId: prosumerId('anna'),
      gridId: riverside,
      to: { address: address(500), kind: 'p2tr', script: `5120${'cd'.repeat(32)}` },
      message: 'Mini Smart Grid riverside\nanna "☀" \'',
      signature: 'AUC='.repeat(400),
      boundAt: paidAt,
      usableFrom: instant('2026-12-04T10:00:00Z'),
      ...change,
    });

    test('has one challenge at a time, the latest', async () => {
      const { payouts, reopen } = stores();
      expect(await payouts.getChallenge(prosumerId('anna'))).toBeUndefined();
      await payouts.putChallenge(challenge());
      await payouts.putChallenge(challenge({ nonce: 'n2', address: address(7) }));
      const again = await reopen();
      const latest = challenge({ nonce: 'n2', address: address(7) });
      expect(await again.payouts.getChallenge(prosumerId('anna'))).toEqual(latest);
      expect(await again.payouts.bindAddress(bound(), 'n1', entryOf())).toBe(false);
      expect(await again.payouts.getAddress(prosumerId('anna'))).toBeUndefined();
      expect(await again.payouts.getChallenge(prosumerId('anna'))).toEqual(latest);
    });

    test('is bound once per challenge, also by two at once', async () => {
      const { payouts, openAnother } = stores();
      const other = await openAnother();
      await payouts.putChallenge(challenge());
      const answers = await Promise.all([
        payouts.bindAddress(bound(), 'n1', entryOf()),
        other.payouts.bindAddress(bound({ message: 'other' }), 'n1', entryOf()),
      ]);
      expect(answers.toSorted()).toEqual([false, true]);
      const kept = answers[0] ? bound() : bound({ message: 'other' });
      expect(await payouts.getAddress(prosumerId('anna'))).toEqual(kept);
      expect(await payouts.getChallenge(prosumerId('anna'))).toBeUndefined();
      expect(await payouts.bindAddress(bound(), 'n1', entryOf())).toBe(false);
    });

    test('is what was bound last, and is found for its grid', async () => {
      const { payouts } = stores();
      const { prosumerId: _, gridId: __, ...before } = bound();
      const addresses = [
        bound({ before }),
        bound({ prosumerId: prosumerId('ben') }),
        bound({ prosumerId: prosumerId('kim'), gridId: hillside }),
      ];
      for (const one of [bound(), ...addresses]) {
        const { prosumerId, gridId } = one;
        await payouts.putChallenge(challenge({ prosumerId, gridId }));
        expect(await payouts.bindAddress(one, 'n1', entryOf())).toBe(true);
      }
      expect(await payouts.getAddress(prosumerId('anna'))).toEqual(addresses[0]);
      expect([...(await payouts.addressesOf(riverside))]).toEqual([
        ['anna', addresses[0]],
        ['ben', addresses[1]],
      ]);
      expect([...(await payouts.addressesOf(hillside)).keys()]).toEqual(['kim']);
      expect(await payouts.getAddress(prosumerId('nobody'))).toBeUndefined();
    });
  });
});
