import type { Spendable } from '../testWallet.ts';
import { feeFor, idOf, type Kitchen, leftOver, oneOf, pay, type Recipes } from './recipe.ts';

/** Coins that are not there, not yet, or wanted by another. */
export const conflictRecipes: Recipes = {
  'a coin that never was': (kitchen) => {
    const coin = kitchen.takeCoin();
    const txid = 'cd'.repeat(32) as Spendable['txid'];
    const other = oneOf(kitchen, [{ txid }, { vout: 90_000 }]);
    return [pay(kitchen, { inputs: [{ ...coin, ...other }], feeSat: 1_000n })];
  },
  'a coin that a block has spent': (kitchen) => [
    pay(kitchen, { inputs: [kitchen.spentCoin], feeSat: 1_000n }),
  ],
  'one coin twice': (kitchen) => {
    const coin = kitchen.takeCoin();
    return [pay(kitchen, { inputs: [coin, kitchen.takeCoin(), coin], feeSat: 1_000n })];
  },
  'a coinbase that is too young by a block': (kitchen) =>
    // It would have 100 confirmations in the next block but one, and in the next block.
    [98, 99].map((depth) =>
      pay(kitchen, {
        inputs: [kitchen.coinbaseAt(kitchen.height - depth)],
        feeSat: 1_000n,
      }),
    ),
  'a replacement at the least that it must pay more': (kitchen) => {
    const inputs = [kitchen.takeCoin('p2tr')];
    const first = feeFor(kitchen, { inputs }, 2n);
    const step = feeFor(kitchen, { inputs }, 1n);
    return [first, first + step - 1n, first + step].map((feeSat) =>
      pay(kitchen, { inputs, feeSat }),
    );
  },
  'a replacement without a signal that it may come': (kitchen) => {
    const coin = kitchen.takeCoin();
    return [1_000n, 5_000n].map((feeSat) =>
      pay(kitchen, { inputs: [{ ...coin, sequence: 0xffffffff }], feeSat }),
    );
  },
  'a replacement that is larger, and pays a lower rate': (kitchen) => {
    const coin = kitchen.takeCoin();
    const to = kitchen.wallet.key(0, 2).address;
    const outputs = Array.from({ length: 20 }, () => ({ to, amountSat: 400n }));
    return [
      pay(kitchen, { inputs: [coin], feeSat: 1_000n }),
      pay(kitchen, { inputs: [coin], outputs, feeSat: 3_000n }),
    ];
  },
  'a replacement of a parent and its children': (kitchen) => {
    const inputs = [kitchen.takeCoin('p2tr')];
    const parent = pay(kitchen, { inputs, feeSat: 500n });
    const child = pay(kitchen, { inputs: [leftOver(kitchen, parent)], feeSat: 2_000n });
    const step = feeFor(kitchen, { inputs }, 1n);
    const replacements = [2_500n + step - 1n, 2_500n + step].map((feeSat) =>
      pay(kitchen, { inputs, feeSat }),
    );
    return [parent, child, ...replacements];
  },
  'a replacement that spends what it replaces': (kitchen) => {
    const coin = kitchen.takeCoin();
    const parent = pay(kitchen, { inputs: [coin], feeSat: 500n });
    const both = [coin, leftOver(kitchen, parent)];
    return [parent, pay(kitchen, { inputs: both, feeSat: 9_000n })];
  },
  'a replacement that waits for something new': (kitchen) => {
    const coin = kitchen.takeCoin();
    const other = pay(kitchen, { inputs: [kitchen.takeCoin()], feeSat: 500n });
    const replaced = pay(kitchen, { inputs: [coin], feeSat: 500n });
    const both = [coin, leftOver(kitchen, other)];
    return [other, replaced, pay(kitchen, { inputs: both, feeSat: 9_000n })];
  },
  'a replacement of two': (kitchen) => {
    const coins = [kitchen.takeCoin(), kitchen.takeCoin()];
    const singles = coins.map((coin) => pay(kitchen, { inputs: [coin], feeSat: 500n }));
    return [...singles, pay(kitchen, { inputs: coins, feeSat: oneOf(kitchen, [1_000n, 3_000n]) })];
  },
  'the child of what was replaced': (kitchen) => {
    const coin = kitchen.takeCoin();
    const replaced = pay(kitchen, { inputs: [coin], feeSat: 500n });
    const orphan = pay(kitchen, { inputs: [leftOver(kitchen, replaced)], feeSat: 1_000n });
    return [replaced, pay(kitchen, { inputs: [coin], feeSat: 5_000n }), orphan];
  },
  'the same once more': (kitchen) => {
    const transaction = pay(kitchen, { inputs: [kitchen.takeCoin()], feeSat: 1_000n });
    return [transaction, transaction];
  },
  'a family of version 3': (kitchen) => truc(kitchen, 3, 3),
  'a child of version 3 and its parent of version 2': (kitchen) => truc(kitchen, 2, 3),
  'a child of version 2 and its parent of version 3': (kitchen) => truc(kitchen, 3, 2),
  'a large child of version 3': (kitchen) => {
    const parent = pay(kitchen, { inputs: [kitchen.takeCoin()], feeSat: 500n, version: 3 });
    const to = kitchen.wallet.key(0, 2).address;
    const outputs = Array.from({ length: 30 }, () => ({ to, amountSat: 300n }));
    const inputs = [leftOver(kitchen, parent)];
    return [parent, pay(kitchen, { inputs, outputs, feeSat: 5_000n, version: 3 })];
  },
  'a large transaction of version 3': (kitchen) => {
    const to = kitchen.wallet.key(0, 2).address;
    const outputs = Array.from({ length: oneOf(kitchen, [300, 330]) }, () => ({
      to,
      amountSat: 300n,
    }));
    const { coin } = kitchen.takeCoinbase();
    return [pay(kitchen, { inputs: [coin], outputs, feeSat: 20_000n, version: 3 })];
  },
};

/** A parent, a child and a grandchild; the parent's version and that of the others. */
function truc(kitchen: Kitchen, parentVersion: number, version: number) {
  const parent = pay(kitchen, {
    inputs: [kitchen.takeCoin()],
    feeSat: 500n,
    version: parentVersion,
  });
  const child = pay(kitchen, { inputs: [leftOver(kitchen, parent)], feeSat: 500n, version });
  const grandchild = pay(kitchen, { inputs: [leftOver(kitchen, child)], feeSat: 500n, version });
  return idOf(parent) === idOf(child) ? [parent] : [parent, child, grandchild];
}
