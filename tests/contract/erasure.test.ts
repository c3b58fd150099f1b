import { expect, test } from '@jest/globals';
import type { AuditEntry } from '../../shared/domain/audit.ts';
import { postingsOf } from '../../shared/domain/ledger.ts';
import type { Prosumer } from '../../shared/domain/prosumer.ts';
import { freshStores } from './adapters.ts';
import {
  address,
  bill,
  coinOf,
  invoiceId,
  paidAt,
  paymentOf,
  payoutOf,
  payTo,
  sat,
  versionOf,
} from './billingSamples.ts';
import { describeProsumerInfo } from './prosumerInfoAdapters.ts';
import {
  batchKeyOf,
  billedIn,
  december,
  hillside,
  instant,
  november,
  prosumerId,
  prosumerOf,
  riverside,
  tradeOf,
} from './samples.ts';

const anna = prosumerId('anna');
const activeUntil = instant('2026-11-30T00:00:00Z');
const erasedAt = instant('2027-03-01T00:00:00Z');
const over = { endedBy: instant('2027-01-01T00:00:00Z'), createdBy: erasedAt };
const gone = (id: string, change: Partial<Prosumer> = {}) =>
  prosumerOf(id, { status: 'inactive', activeUntil, ...change });

describeProsumerInfo('erasure', (adapter) => {
  const stores = freshStores(adapter);
  const create = (prosumer: Prosumer) => {
    const { id, name, address: where } = prosumer;
    const personal = { prosumerId: id, after: { name, address: where } };
    return stores().prosumers.create(prosumer, { ...entryOf(id, 'created'), personal });
  };
  const erasable = async (asked = over, gridId = riverside, limit = 99) =>
    (await stores().prosumers.listErasable(gridId, asked, limit)).map(
      ({ prosumer }) => prosumer.id,
    );
  const erase = (version = 1) => stores().prosumers.erase(anna, version, entryOf('anna'));
  const needs = () => stores().prosumers.moneyNeeds(anna);

  test('takes those of a grid that are deactivated, over, and not erased, by id', async () => {
    for (const id of ['zoe', 'anna', 'a-b']) await create(gone(id));
    await create(prosumerOf('ben'));
    await create(prosumerOf('kim', { activeUntil }));
    await create(gone('lea', { gridId: hillside }));
    expect(await erasable()).toEqual(['a-b', 'anna', 'zoe']);
    expect(await erasable(over, riverside, 2)).toEqual(['a-b', 'anna']);
    expect(await erasable(over, hillside)).toEqual(['lea']);
    expect(await erasable({ ...over, endedBy: activeUntil })).toHaveLength(3);
    expect(await erasable({ ...over, endedBy: instant('2026-11-29T23:59:59Z') })).toEqual([]);
    const { createdAt } = gone('anna');
    expect(await erasable({ ...over, createdBy: createdAt })).toHaveLength(3);
    expect(await erasable({ ...over, createdBy: instant('2020-01-01T00:00:00Z') })).toEqual([]);
    await erase();
    expect(await erasable()).toEqual(['a-b', 'zoe']);
  });

  test('empties name and address, deletes where it is paid, and keeps all else', async () => {
    const { payouts, reopen } = stores();
    for (const id of ['anna', 'zoe']) {
      await create(gone(id, { connectionLimitW: 11_000 }));
      for (const nonce of ['bound', 'open']) {
        const challenge = {
          ...{ prosumerId: prosumerId(id), gridId: riverside, address: address(1), nonce },
          expiresAt: erasedAt,
        };
        await payouts.putChallenge(challenge);
        if (nonce === 'bound')
          await payouts.bindAddress(payoutAddressOf(id), nonce, entryOf(id, 'bound'));
      }
    }
    const erased = await erase();
    const prosumer = { ...gone('anna', { connectionLimitW: 11_000 }), name: '', address: '' };
    expect(erased?.prosumer).toEqual({ ...prosumer, erasedAt });
    expect(erased?.version).toBe(2);
    const again = await reopen();
    expect(await again.prosumers.get(anna)).toEqual(erased);
    expect(await again.payouts.getAddress(anna)).toBeUndefined();
    expect(await again.payouts.getChallenge(anna)).toBeUndefined();
    expect([...(await again.payouts.addressesOf(riverside)).keys()]).toEqual(['zoe']);
    expect(await again.payouts.getChallenge(prosumerId('zoe'))).toBeDefined();
    expect((await again.prosumers.get(prosumerId('zoe')))?.prosumer.name).toBe(gone('zoe').name);
  });

  test('lets no challenge be kept that was asked for before', async () => {
    const { payouts } = stores();
    await create(gone('anna'));
    await create(gone('zoe'));
    await erase();
    const challengeOf = (id: string) => ({
      ...{ prosumerId: prosumerId(id), gridId: riverside, address: address(1), nonce: 'late' },
      expiresAt: erasedAt,
    });
    expect(await payouts.putChallenge(challengeOf('anna'))).toBe(false);
    expect(await payouts.getChallenge(anna)).toBeUndefined();
    expect(await payouts.putChallenge(challengeOf('zoe'))).toBe(true);
    expect(await payouts.getChallenge(prosumerId('zoe'))).toEqual(challengeOf('zoe'));
  });

  test('takes answers that are over with it, for one may name it, and leaves the others', async () => {
    const { prosumerIdempotency, clock } = stores();
    const record = { requestHash: 'abc', assignedId: 'id-1' };
    const named = { status: 201, headers: {}, body: '{"name":"Anna"}' };
    const begin = (key: string) => prosumerIdempotency.begin(key, record);
    clock.set(instant('2027-02-27T00:00:00Z'));
    await begin('over');
    await prosumerIdempotency.complete('over', named);
    clock.set(instant('2027-02-27T00:00:01Z'));
    await begin('kept');
    await prosumerIdempotency.complete('kept', named);
    await create(gone('anna'));
    expect(await erase(7)).toBeUndefined();
    await erase();
    // By this clock neither is over: what is not there was deleted.
    expect(await begin('kept')).toEqual({ ...record, answer: named });
    expect(await begin('over')).toEqual(record);
  });

  test('takes what is personal out of the audit log, which goes on to say what happened', async () => {
    const { prosumerAudit } = stores();
    const personalOf = async () => {
      const { items } = await prosumerAudit.list(riverside, {}, { limit: 9 });
      const shown = items.map(({ action, thing, personal }) => [
        `${action} ${thing.id}`,
        personal?.prosumerId,
      ]);
      return Object.fromEntries(shown);
    };
    await create(gone('anna'));
    await create(gone('zoe'));
    expect(await personalOf()).toEqual({ 'created anna': 'anna', 'created zoe': 'zoe' });
    expect(await erase(7)).toBeUndefined();
    expect(await personalOf()).toEqual({ 'created anna': 'anna', 'created zoe': 'zoe' });
    await erase();
    expect(await personalOf()).toEqual({
      'created anna': undefined,
      'created zoe': 'zoe',
      'erased anna': undefined,
    });
  });

  test('is known of a grid by the latest end of those who are erased', async () => {
    const { prosumers } = stores();
    const later = instant('2026-12-15T00:00:00Z');
    await create(gone('anna', { activeUntil: later }));
    await create(gone('kim'));
    await create(gone('zoe', { activeUntil: erasedAt }));
    await create(gone('lea', { gridId: hillside }));
    expect(await prosumers.erasedThrough(riverside)).toBeUndefined();
    await prosumers.erase(prosumerId('kim'), 1, entryOf('kim'));
    expect(await prosumers.erasedThrough(riverside)).toBe(activeUntil);
    await erase();
    expect(await prosumers.erasedThrough(riverside)).toBe(later);
    expect(await prosumers.erasedThrough(hillside)).toBeUndefined();
  });

  test('happens once, at its version, and only to the deactivated', async () => {
    const { prosumers } = stores();
    await create(gone('anna'));
    await create(prosumerOf('ben'));
    expect(await erase(2)).toBeUndefined();
    expect((await prosumers.get(anna))?.prosumer).toEqual(gone('anna'));
    expect(await prosumers.erase(prosumerId('ben'), 1, entryOf('ben'))).toBeUndefined();
    expect(await prosumers.erase(prosumerId('nobody'), 1, entryOf('nobody'))).toBeUndefined();
    const [one, other] = await Promise.all([erase(), erase()]);
    expect([one, other].filter((answer) => answer !== undefined)).toHaveLength(1);
    expect(await erase(2)).toBeUndefined();
  });

  test('is kept back by what is not billed', async () => {
    const { ledger, billing } = stores();
    await create(gone('anna'));
    await create(prosumerOf('ben'));
    expect(await needs()).toEqual([]);
    const trade = tradeOf(1, { sellerId: anna, buyerId: prosumerId('ben') });
    await ledger.record(batchKeyOf(trade), postingsOf(trade), billedIn([trade]));
    expect(await needs()).toEqual(['unbilled']);
    expect(await erasable()).toEqual([]);
    expect(await erase()).toBeUndefined();
    await bill(billing, { anna: 0n, ben: 0n });
    expect(await needs()).toEqual([]);
    expect(await erasable()).toEqual(['anna']);
  });

  test('is kept back by an invoice until it is paid, and by what was paid too much', async () => {
    const { billing, invoices } = stores();
    await create(gone('anna'));
    await bill(billing, { anna: -1_000n, zoe: -1_000n });
    const id = invoiceId('anna');
    await invoices.address(
      [{ invoiceId: id, payTo: payTo(0), entry: entryOf('anna', 'addressed') }],
      paidAt,
    );
    const pay = (version: number, amount: bigint, state: 'seen' | 'credited', vout = 0) => {
      const payment = paymentOf(id, { amountSat: sat(amount), state, vout });
      return invoices.savePayments([{ payment, version, events: [] }]);
    };
    expect(await needs()).toEqual(['invoice']);
    expect(await erase()).toBeUndefined();
    await pay(0, 1_000n, 'seen');
    expect(await needs()).toEqual(['invoice']);
    await pay(1, 1_000n, 'credited');
    expect(await needs()).toEqual([]);
    expect(await erasable()).toEqual(['anna']);
    await pay(0, 1n, 'credited', 1);
    expect(await needs()).toEqual(['unbilled']);
    await bill(billing, { anna: 1n }, { period: december });
    expect(await needs()).toEqual(['payout']);
    expect(await erase()).toBeUndefined();
  });

  test('is kept back by a voided invoice until a run has counted that', async () => {
    const { billing, invoices } = stores();
    await create(gone('anna'));
    await bill(billing, { anna: -1_000n });
    const { etag = '' } = (await invoices.get(invoiceId('anna'))) ?? {};
    await invoices.void(invoiceId('anna'), etag, paidAt, entryOf('anna', 'voided'));
    expect(await needs()).toEqual(['unbilled']);
    await bill(billing, { anna: 0n }, { period: december });
    expect(await needs()).toEqual([]);
    expect((await erase())?.prosumer.erasedAt).toBe(erasedAt);
  });

  test('is kept back by money to be paid out, until its payout is confirmed', async () => {
    const { billing, payouts } = stores();
    await create(gone('anna'));
    await create(gone('zoe', { gridId: hillside }));
    await bill(billing, { anna: 4_000n });
    expect(await needs()).toEqual(['payout']);
    const payout = payoutOf(1, [versionOf([['anna', november]], [coinOf('a1')])]);
    expect(await payouts.create(payout, entryOf('anna', 'built'))).toBe(true);
    expect(await needs()).toEqual(['payout']);
    expect(await erase()).toBeUndefined();
    const { etag = '' } = (await payouts.get(payout.id)) ?? {};
    await payouts.replace({ ...payout, status: 'confirmed' }, etag, entryOf('anna', 'confirmed'));
    expect(await needs()).toEqual([]);
    expect(await erasable()).toEqual(['anna']);
    expect((await erase())?.prosumer.name).toBe('');
  });
});

let entries = 0;

function entryOf(id: string, action = 'erased'): AuditEntry {
  entries += 1;
  return {
    id: `0190163d-8694-739b-aea5-${String(entries).padStart(12, '0')}`,
    gridId: riverside,
    at: erasedAt,
    by: { kind: 'system', id: 'erasePersonalData' },
    action,
    thing: { kind: 'prosumer', id },
  };
}

function payoutAddressOf(id: string) {
  return {
    prosumerId: prosumerId(id),
    gridId: riverside,
    to: { address: address(1), kind: 'p2wpkh' as const, script: `0014${'ab'.repeat(20)}` },
    message: 'a text',
    signature: 'AA==',
    boundAt: paidAt,
    usableFrom: paidAt,
  };
}
