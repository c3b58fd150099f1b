import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { TransactionId } from '../../shared/domain/bitcoin.ts';
import type { ChainOutput } from '../../shared/ports/chain.ts';
import { type EmbeddedChainUnderTest, startEmbeddedChain } from './embeddedChainUnderTest.ts';
import { type Coins, replayChain, storedCoins, totalSat } from './replayedChain.ts';
import { type Spendable, signSpend, type TestKey, testWallet } from './testWallet.ts';

const wallet = testWallet('model of the embedded chain');
const keys: readonly TestKey[] = [
  ...[0, 1, 2, 3].map((index) => wallet.key(0, index)),
  ...[0, 1].map((index) => wallet.key(1, index)),
  ...[0, 1].map((index) => wallet.taprootKey(index)),
];
const keyByScript = new Map(keys.map((key) => [Buffer.from(key.script).toString('hex'), key]));

type Step =
  | { readonly kind: 'mine' | 'undo'; readonly count: number }
  | {
      readonly kind: 'spend' | 'replace';
      /** Which of the coins that there are, and of the keys to pay to. */
      readonly picks: readonly number[];
      readonly outputCount: number;
      readonly satPerVb: number;
    };

const blocks = fc.record({
  kind: fc.constantFrom('mine' as const, 'undo' as const),
  count: fc.integer({ min: 1, max: 3 }),
});
const spending = fc.record({
  kind: fc.constantFrom('spend' as const, 'spend' as const, 'replace' as const),
  picks: fc.array(fc.nat(1_000), { minLength: 1, maxLength: 3 }),
  outputCount: fc.integer({ min: 1, max: 3 }),
  satPerVb: fc.integer({ min: 0, max: 40 }),
});
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof({ weight: 1, arbitrary: blocks }, { weight: 3, arbitrary: spending }),
  { minLength: 20, maxLength: 40, size: 'max' },
);

test('no coin is made or lost but by blocks, whatever is paid, replaced, mined and undone', async () => {
  const counts = { accepted: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const started = await startEmbeddedChain();
      try {
        await run(started, sequence, counts);
      } finally {
        started.stop();
      }
    }),
    { numRuns: 12 },
  );
  // Both must happen, or the property says little.
  expect(counts.accepted).toBeGreaterThan(60);
  expect(counts.refused).toBeGreaterThan(20);
}, 120_000);

async function run(
  started: EmbeddedChainUnderTest,
  sequence: readonly Step[],
  counts: { accepted: number; refused: number },
): Promise<void> {
  const { chain, miner, db } = started;
  for (const [index, { address }] of keys.entries()) await miner.mine(index < 6 ? 1 : 2, address);
  await miner.mine(100, wallet.key(1, 9).address);
  const follower = followerOf(started);
  for (const step of sequence) {
    if (step.kind === 'mine') await miner.mine(step.count, wallet.key(0, 0).address);
    else if (step.kind === 'undo') await miner.undo(step.count);
    else {
      const { confirmed, withMempool } = storedCoins(db);
      const hex = spendOf(
        step,
        step.kind === 'spend' ? withMempool : without(confirmed, withMempool),
      );
      if (hex === undefined) continue;
      const sent = await chain.broadcast(hex);
      if (sent.ok) counts.accepted += 1;
      else counts.refused += 1;
    }
    const replayed = replayChain(db);
    const { confirmed, withMempool } = storedCoins(db);
    expect(confirmed).toEqual(replayed.confirmed);
    expect(withMempool).toEqual(replayed.withMempool);
    // Σ unspent = Σ subsidies: fees go to the coinbases.
    expect(totalSat(confirmed)).toBe(subsidiesSat(replayed.height));
    await follower();
  }
}

/** The coins that the mempool spends. */
function without(confirmed: Coins, withMempool: Coins): Coins {
  return new Map([...confirmed].filter(([outPoint]) => !withMempool.has(outPoint)));
}

/** What blocks have made: 50 bitcoin each, and half of it after each 150. */
function subsidiesSat(height: number): bigint {
  const each = Array.from({ length: height }, (_, index) => {
    return 5_000_000_000n / 2n ** BigInt(Math.floor((index + 1) / 150));
  });
  return each.reduce((sum, sat) => sum + sat, 0n);
}

/** A signed payment of some coins; undefined where there are none, or too little for it. */
function spendOf(step: Step, coins: Coins): string | undefined {
  if (!('picks' in step)) return undefined;
  const own = [...coins].filter(([, { script }]) => keyByScript.has(script));
  if (own.length === 0) return undefined;
  const chosen = new Map(step.picks.map((pick) => own[pick % own.length] ?? []) as typeof own);
  const inputs = [...chosen].map(([outPoint, { script, amountSat }]): Spendable => {
    const [txid = '', vout] = outPoint.split(':');
    const key = keyByScript.get(script);
    if (key === undefined) throw new Error('the coins are of known keys');
    return { txid: txid as TransactionId, vout: Number(vout), amountSat, key };
  });
  const count = BigInt(step.outputCount);
  const sumSat = inputs.reduce((sum, { amountSat }) => sum + amountSat, 0n);
  const sizeAboutVb = 11n + 68n * BigInt(inputs.length) + 43n * count;
  const eachSat = (sumSat - sizeAboutVb * BigInt(step.satPerVb)) / count;
  if (eachSat <= 0n) return undefined;
  const outputs = Array.from({ length: step.outputCount }, (_, index) => {
    const key = keys[((step.picks[0] ?? 0) + index) % keys.length];
    return { to: key?.script ?? new Uint8Array(), amountSat: eachSat };
  });
  return signSpend({ inputs, outputs }).toHex();
}

/** Follows the wallet by its cursor, and checks that nothing that changed was left out. */
function followerOf({ chain }: EmbeddedChainUnderTest): () => Promise<void> {
  const watched = wallet.watched(4, 2);
  let cursor: string | undefined;
  let before = new Map<string, ChainOutput>();
  return async () => {
    const changes = await chain.changesSince(watched, cursor);
    const all = await chain.changesSince(watched, undefined);
    const told = byOutPoint(changes.outputs);
    const now = byOutPoint(all.outputs);
    expect(told.size).toBe(changes.outputs.length);
    for (const [outPoint, output] of now) {
      const isTold = told.has(outPoint);
      if (isTold) expect(told.get(outPoint)).toEqual(output);
      else expect(before.get(outPoint)?.block).toEqual(output.block);
    }
    for (const outPoint of told.keys()) expect(now.has(outPoint)).toBe(true);
    before = now;
    cursor = changes.cursor;
  };
}

function byOutPoint(outputs: readonly ChainOutput[]): Map<string, ChainOutput> {
  return new Map(outputs.map((output) => [`${output.txid}:${output.vout}`, output]));
}
