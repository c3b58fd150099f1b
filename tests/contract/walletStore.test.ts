import { expect, test } from '@jest/globals';
import { freshStores } from './adapters.ts';
import { otherWallet, wallet } from './billingSamples.ts';
import { describeProsumerInfo } from './prosumerInfoAdapters.ts';

const received = 0;
const changed = 1;

describeProsumerInfo('wallet store', (adapter) => {
  const stores = freshStores(adapter);

  test('each purpose gets the next index, once, in the order in which they are given', async () => {
    const { wallets } = stores();
    const first = await wallets.allocate(wallet, received, ['zoe', 'anna', 'zoe']);
    expect([...first]).toEqual([
      ['zoe', 0],
      ['anna', 1],
    ]);
    const again = await wallets.allocate(wallet, received, ['ben', 'anna']);
    expect([...again]).toEqual([
      ['ben', 2],
      ['anna', 1],
    ]);
    expect(await wallets.allocatedCount(wallet, received)).toBe(3);
    expect(await wallets.allocate(wallet, received, [])).toEqual(new Map());
  });

  test('purposes are told apart to the byte', async () => {
    const { wallets } = stores();
    const purposes = ['a', 'A', 'a ', 'ä', 'a\u0308', 'x'.repeat(190)];
    const allocated = await wallets.allocate(wallet, received, purposes);
    expect([...allocated.values()]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await wallets.allocate(wallet, received, purposes.toReversed())).toEqual(allocated);
  });

  test('wallets and their chains count for themselves', async () => {
    const { wallets } = stores();
    await wallets.allocate(wallet, received, ['a', 'b']);
    expect([...(await wallets.allocate(wallet, changed, ['a'])).values()]).toEqual([0]);
    expect([...(await wallets.allocate(otherWallet, received, ['b'])).values()]).toEqual([0]);
    expect(await wallets.allocatedCount(wallet, received)).toBe(2);
    expect(await wallets.allocatedCount(wallet, changed)).toBe(1);
    expect(await wallets.allocatedCount(otherWallet, changed)).toBe(0);
  });

  test('two at once give no index away twice, and one purpose one index', async () => {
    const { wallets, openAnother } = stores();
    const other = await openAnother();
    const purposes = Array.from({ length: 40 }, (_, n) => `invoice-${n}`);
    const answers = await Promise.all(
      purposes.flatMap((purpose, n) => {
        const store = n % 2 === 0 ? wallets : other.wallets;
        const elsewhere = n % 2 === 0 ? other.wallets : wallets;
        return [
          store.allocate(wallet, received, [purpose]),
          elsewhere.allocate(wallet, received, [purpose, `own-${n}`]),
        ];
      }),
    );
    const found = new Map<string, number>();
    for (const [purpose, index] of answers.flatMap((answer) => [...answer])) {
      expect(found.get(purpose) ?? index).toBe(index);
      found.set(purpose, index);
    }
    const indexes = [...found.values()].toSorted((a, b) => a - b);
    expect(indexes).toEqual(Array.from({ length: 80 }, (_, n) => n));
    expect(await wallets.allocatedCount(wallet, received)).toBe(80);
  });

  test('many purposes at once, still given away after opening again', async () => {
    const { wallets, reopen } = stores();
    const purposes = Array.from({ length: 3_000 }, (_, n) => `p${n}`);
    const allocated = await wallets.allocate(wallet, received, purposes);
    expect([...allocated.values()]).toEqual(purposes.map((_, n) => n));
    const again = await reopen();
    expect(await again.wallets.allocate(wallet, received, purposes)).toEqual(allocated);
    expect((await again.wallets.allocate(wallet, received, ['more'])).get('more')).toBe(3_000);
  });

  test('a cursor is the last that was set, whatever it contains', async () => {
    const { wallets, reopen } = stores();
    expect(await wallets.cursor(wallet)).toBeUndefined();
    const cursor = `{"height":7,"o":"O'Neil ☀"}${'x'.repeat(5_000)}`;
    await wallets.setCursor(wallet, 'first');
    await wallets.setCursor(wallet, cursor);
    await wallets.setCursor(otherWallet, '');
    const again = await reopen();
    expect(await again.wallets.cursor(wallet)).toBe(cursor);
    expect(await again.wallets.cursor(otherWallet)).toBe('');
  });
});
