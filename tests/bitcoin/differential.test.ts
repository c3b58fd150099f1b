import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Transaction } from 'bitcoinjs-lib';
import type { Result } from '../../shared/domain/result.ts';
import { createRandom, shuffled } from '../endToEnd/random.ts';
import { describeWithNode } from './bitcoinNode.ts';
import { openKitchen } from './kitchen.ts';
import { conflictRecipes } from './recipes/conflicts.ts';
import { lockRecipes } from './recipes/locks.ts';
import { paymentRecipes } from './recipes/payments.ts';
import { signatureRecipes } from './recipes/signatures.ts';
import { startTwinChains, type TwinChains } from './twinChains.ts';

const recipes = { ...paymentRecipes, ...signatureRecipes, ...conflictRecipes, ...lockRecipes };
/** Another one for a night; this one for every run. */
const seed = Number(process.env['SEED'] ?? 20_261_122);
const rounds = Number(process.env['ROUNDS'] ?? 4);
const roundMs = 60_000;

describeWithNode(`the embedded chain beside a real node, SEED=${seed}`, () => {
  let twins: TwinChains;
  beforeAll(async () => {
    twins = await startTwinChains();
  });
  afterAll(() => twins.stop());

  test(
    'takes, refuses, mines and gives back the same transactions, for the same reasons',
    async () => {
      const random = createRandom(seed);
      const kitchen = await openKitchen(twins, random, rounds);
      const differences: unknown[] = [];
      const counts = { taken: 0, refused: 0 };
      for (let round = 1; round <= rounds; round += 1) {
        for (const [name, recipe] of shuffled(Object.entries(recipes), random)) {
          for (const [step, transaction] of recipe(kitchen.now()).entries()) {
            const [embedded, core] = await verdicts(twins, transaction);
            counts[core.taken ? 'taken' : 'refused'] += 1;
            if (JSON.stringify(embedded) === JSON.stringify(core)) continue;
            differences.push({ name, round, step, embedded, core });
          }
        }
        expect(differences).toEqual([]);
        const waiting = await sameMempool(twins);
        await kitchen.mine(3);
        expect(await sameMempool(twins)).toEqual([]);
        await twins.undo(3);
        expect(await sameMempool(twins)).toEqual(waiting);
        await kitchen.mineAgain(3);
      }
      // Both must be many, or this says little.
      expect(counts.taken).toBeGreaterThan(40 * rounds);
      expect(counts.refused).toBeGreaterThan(40 * rounds);
    },
    rounds * roundMs,
  );
});

async function sameMempool(twins: TwinChains): Promise<readonly string[]> {
  const { embedded, core } = await twins.mempools();
  expect(embedded).toEqual(core);
  return core;
}

type Verdict = { readonly reason: string; readonly taken: boolean };

async function verdicts(
  { embedded, core }: TwinChains,
  transaction: Transaction,
): Promise<readonly [Verdict, Verdict]> {
  const hex = transaction.toHex();
  const judge = async (chain: TwinChains['core']) => {
    const tested = await chain.test(hex);
    const sent = await chain.broadcast(hex);
    return { reason: reasonOf(tested), taken: sent.ok };
  };
  return [await judge(embedded), await judge(core)];
}

/** Where versions of the node differ in how closely they name a fault, its family is compared. */
const families = [
  [/^(?:mandatory|mempool|non-mandatory)-script-verify-flag.*/, 'script-verify'],
  [/^(?:TRUC-violation|truc-.*)/, 'truc'],
  [/^bad-witness-.*/, 'bad-witness'],
] as const;

function reasonOf(tested: Result<unknown, string>): string {
  if (tested.ok) return 'none';
  const family = families.find(([pattern]) => pattern.test(tested.refusal));
  return family?.[1] ?? tested.refusal;
}
