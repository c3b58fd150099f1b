import { Transaction } from 'bitcoinjs-lib';
import { oneOf, pay, type Recipes } from './recipe.ts';

const final = 0xffffffff;
const isTime = 1 << 22;
const feeSat = 1_000n;

/** When a transaction may be in a block, of what version it is, and whether it is one at all. */
export const lockRecipes: Recipes = {
  'a height at which it may be in a block': (kitchen) =>
    // The next block is one above the last: it may hold what is locked up to the last.
    [1, 0].map((above) =>
      pay(kitchen, { inputs: [kitchen.takeCoin()], locktime: kitchen.height + above, feeSat }),
    ),
  'a height that final inputs make void': (kitchen) => {
    const inputs = [{ ...kitchen.takeCoin(), sequence: final }];
    return [pay(kitchen, { inputs, locktime: kitchen.height + 1_000, feeSat })];
  },
  'a time in the past and in the future': (kitchen) =>
    [1_500_000_000, 4_000_000_000].map((locktime) =>
      pay(kitchen, { inputs: [kitchen.takeCoin()], locktime, feeSat }),
    ),
  'a number of blocks after its coin': (kitchen) => {
    const coin = kitchen.takeCoin();
    return [60_000, oneOf(kitchen, [0, 1])].map((sequence) =>
      pay(kitchen, { inputs: [{ ...coin, sequence }], feeSat }),
    );
  },
  'blocks after a coinbase, to the block': (kitchen) => {
    const { coin, height } = kitchen.takeCoinbase();
    const blocks = kitchen.height + 1 - height;
    return [blocks + 1, blocks].map((sequence) =>
      pay(kitchen, { inputs: [{ ...coin, sequence }], feeSat }),
    );
  },
  'a time after its coin': (kitchen) => {
    const coin = kitchen.takeCoin();
    return [isTime + 60_000, isTime].map((sequence) =>
      pay(kitchen, { inputs: [{ ...coin, sequence }], feeSat }),
    );
  },
  'a lock that version 1 does not know': (kitchen) => {
    const inputs = [{ ...kitchen.takeCoin(), sequence: 60_000 }];
    return [pay(kitchen, { inputs, version: 1, feeSat })];
  },
  'a lock on a coin that waits': (kitchen) => {
    const parent = pay(kitchen, { inputs: [kitchen.takeCoin()], feeSat });
    const vout = 0;
    const amountSat = parent.outs[vout]?.value ?? 0n;
    const txid = parent.getId() as ReturnType<typeof kitchen.takeCoin>['txid'];
    const coin = { txid, vout, amountSat, key: kitchen.wallet.key(0, 1) };
    return [
      parent,
      ...[1, 0].map((sequence) => pay(kitchen, { inputs: [{ ...coin, sequence }], feeSat })),
    ];
  },
  'each version': (kitchen) =>
    [0, 1, 4, oneOf(kitchen, [0xffffffff, 7, 0x7fffffff]), 2].map((version) =>
      pay(kitchen, { inputs: [kitchen.takeCoin()], version, feeSat }),
    ),
  'nothing to pay': (kitchen) => {
    const transaction = pay(kitchen, { inputs: [kitchen.takeCoin()], feeSat });
    transaction.outs = [];
    return [transaction];
  },
  'a coinbase': (kitchen) => {
    const transaction = new Transaction();
    transaction.version = 2;
    transaction.addInput(new Uint8Array(32), final, final, Uint8Array.from([1, 2, 3, 4]));
    transaction.addOutput(kitchen.wallet.key(0, 2).script, 5_000n);
    return [transaction];
  },
};
