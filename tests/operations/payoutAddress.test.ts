import { beforeEach, describe, expect, test } from '@jest/globals';
import { signMessage } from '../../local/signer/signMessage.ts';
import type { ProsumerId } from '../../shared/domain/ids.ts';
import { bindAddress, getPayoutAddress } from '../../shared/operations/bindAddress.ts';
import { challengeAddress } from '../../shared/operations/challengeAddress.ts';
import { billed, freshMoneyApp, type MoneyApp, openPaidGrid } from './moneyApp.ts';
import { bind, build, codeOf, fundGrid, granted, walletOf } from './payoutSteps.ts';

const fresh = freshMoneyApp();
const a = 'a' as ProsumerId;
const boundAt = '2026-12-01T08:00:00Z';
let app: MoneyApp;

beforeEach(async () => {
  app = fresh();
  app.setClock(boundAt);
  await openPaidGrid(app, ['a', 'b'], { addressCooldownHours: 48 });
});

/** A challenge for an address of a, and its signature by a key. */
async function challenged(index: number, signer = walletOf('a').key(0, index)) {
  const { address } = walletOf('a').key(0, index);
  const { challenge, message } = granted(
    await challengeAddress(app.ports, a, address, app.ports.ids.next()),
  );
  const signature = signMessage(signer.node, 'p2wpkh', message);
  return { address, nonce: challenge.nonce, signature, message };
}

async function paidTo(): Promise<string | undefined> {
  const built = await build(app);
  return built.ok ? built.value.value.versions[0]?.outputs[0]?.to.address : undefined;
}

describe('an address', () => {
  test('is bound by the signature of a text that names whom and where', async () => {
    const { message, ...answer } = await challenged(0);
    expect(message).toContain(` ${answer.address}. `);
    expect(message).toContain(' prosumer a of grid grid ');
    expect(message).toContain('2026-12-02T08:00:00Z');
    expect(codeOf(await getPayoutAddress(app.ports, a))).toBe('payout_address_not_found');
    const bound = granted(await bindAddress(app.ports, a, answer));
    expect(bound).toMatchObject({ boundAt, usableFrom: boundAt, message });
    expect(granted(await getPayoutAddress(app.ports, a))).toEqual(bound);
    expect(granted(await bindAddress(app.ports, a, answer))).toEqual(bound);
  });

  test('is bound once by two at once', async () => {
    const { message: _, ...answer } = await challenged(0);
    const both = [bindAddress(app.ports, a, answer), bindAddress(app.ports, a, answer)];
    const [one, other] = await Promise.all(both);
    expect(one).toEqual(other);
    expect(one?.ok).toBe(true);
  });

  test.each([
    ['of another network', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'another network'],
    ['with a slip', 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt08q', 'checksum'],
    ['that is none', 'my wallet', 'no bitcoin address'],
  ])('%s is refused with the reason', async (_what, address, reason) => {
    const refused = await challengeAddress(app.ports, a, address, app.ports.ids.next());
    expect(refused).toMatchObject({
      refusal: {
        code: 'address_invalid',
        errors: [{ pointer: '/address', detail: expect.stringContaining(reason) }],
      },
    });
    const answer = { address, nonce: 'n', signature: 'AA==' };
    expect(codeOf(await bindAddress(app.ports, a, answer))).toBe('address_invalid');
  });

  test('of nobody is refused', async () => {
    const { address } = walletOf('a').key(0, 0);
    const nobody = 'nobody' as ProsumerId;
    expect(codeOf(await challengeAddress(app.ports, nobody, address, app.ports.ids.next()))).toBe(
      'prosumer_not_found',
    );
    expect(codeOf(await getPayoutAddress(app.ports, nobody))).toBe('prosumer_not_found');
  });
});

describe('a signature', () => {
  test('by another key, or of another text, proves nothing', async () => {
    const { message: _, ...answer } = await challenged(0, walletOf('b').key(0, 0));
    expect(codeOf(await bindAddress(app.ports, a, answer))).toBe('ownership_not_proven');
    const { message, ...own } = await challenged(0);
    const { node } = walletOf('a').key(0, 0);
    const signature = signMessage(node, 'p2wpkh', `${message} `);
    expect(codeOf(await bindAddress(app.ports, a, { ...own, signature }))).toBe(
      'ownership_not_proven',
    );
    expect(codeOf(await bindAddress(app.ports, a, own))).toBe('ok');
  });

  test('is for one prosumer, one address and one nonce', async () => {
    const { message: _, ...answer } = await challenged(0);
    const asB = await bindAddress(app.ports, 'b' as ProsumerId, answer);
    expect(codeOf(asB)).toBe('challenge_expired');
    const { address } = walletOf('a').key(0, 1);
    const elsewhere = await bindAddress(app.ports, a, { ...answer, address });
    expect(codeOf(elsewhere)).toBe('challenge_expired');
    await challenged(0);
    expect(codeOf(await bindAddress(app.ports, a, answer))).toBe('challenge_expired');
  });

  test.each([
    ['2026-12-02T07:59:59Z', 'ok'],
    ['2026-12-02T08:00:00Z', 'challenge_expired'],
  ])('is taken for a day: at %s it is %s', async (at, code) => {
    const { message: _, ...answer } = await challenged(0);
    app.setClock(at);
    expect(codeOf(await bindAddress(app.ports, a, answer))).toBe(code);
  });
});

describe('a change', () => {
  const [first, second, third] = [0, 1, 2].map((index) => walletOf('a').key(0, index).address);

  beforeEach(async () => {
    await bind(app, 'a');
    app.setClock('2026-12-10T08:00:00Z');
  });

  test.each([
    ['2026-12-12T07:59:59Z', first],
    ['2026-12-12T08:00:00Z', second],
  ])('is paid to once it has cooled down: at %s', async (at, address) => {
    await billed(app, { a: 50_000n });
    await fundGrid(app, [90_000n]);
    await bind(app, 'a', 1);
    expect(granted(await getPayoutAddress(app.ports, a))).toMatchObject({
      usableFrom: '2026-12-12T08:00:00Z',
      before: { to: { address: first } },
    });
    app.setClock(at);
    expect(await paidTo()).toBe(address);
  });

  test('of a change begins anew, and what was usable stays', async () => {
    await bind(app, 'a', 1);
    app.setClock('2026-12-12T07:00:00Z');
    await bind(app, 'a', 2);
    expect(granted(await getPayoutAddress(app.ports, a))).toMatchObject({
      to: { address: third },
      usableFrom: '2026-12-14T07:00:00Z',
      before: { to: { address: first } },
    });
  });

  test('back to what is paid to anyway is usable at once', async () => {
    await bind(app, 'a', 1);
    await bind(app, 'a', 0);
    const bound = granted(await getPayoutAddress(app.ports, a));
    expect(bound).toMatchObject({ to: { address: first }, usableFrom: '2026-12-10T08:00:00Z' });
    expect(bound.before).toBeUndefined();
  });
});
