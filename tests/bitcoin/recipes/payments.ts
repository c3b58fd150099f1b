import { Transaction } from 'bitcoinjs-lib';
import { signSpend, type TestInput, type TestOutput } from '../testWallet.ts';
import {
  below,
  dataScript,
  feeFor,
  type Kitchen,
  leftOver,
  oneOf,
  pay,
  payableScripts,
  type Recipes,
} from './recipe.ts';

const minRate = 1n;

/** Amounts, fees and outputs: good ones, and those that are wrong by one satoshi or one byte. */
export const paymentRecipes: Recipes = {
  'some coins to some outputs': (kitchen) => {
    const inputs = Array.from({ length: 1 + below(kitchen, 3) }, () => kitchen.takeCoin());
    const outputs = someOutputs(kitchen);
    const feeSat = feeFor(kitchen, { inputs, outputs }, 1n + BigInt(below(kitchen, 20)), 10n);
    return [pay(kitchen, { inputs, outputs, feeSat })];
  },
  'every sighash type that there is': (kitchen) => {
    const types = [0x01, 0x02, 0x03, 0x81, 0x82, 0x83];
    const inputs = types
      .slice(0, 2)
      .map(() => ({ ...kitchen.takeCoin(), hashType: oneOf(kitchen, types) }));
    return [pay(kitchen, { inputs, outputs: someOutputs(kitchen), feeSat: 3_000n })];
  },
  'the least fee, one satoshi less, and one more': (kitchen) => {
    const inputs = [kitchen.takeCoin('p2tr')];
    return [-1n, oneOf(kitchen, [0n, 1n])].map((more) =>
      pay(kitchen, { inputs, feeSat: feeFor(kitchen, { inputs }, minRate, more) }),
    );
  },
  'more than comes in': (kitchen) => {
    const coin = kitchen.takeCoin();
    return [oneOf(kitchen, [-1n, -5_000n])].map((feeSat) =>
      pay(kitchen, { inputs: [coin], feeSat }),
    );
  },
  'no fee at all': (kitchen) => [pay(kitchen, { inputs: [kitchen.takeCoin()], feeSat: 0n })],
  'a fee that must be a mistake': (kitchen) => {
    const { coin } = kitchen.takeCoinbase();
    const outputs = [{ to: kitchen.wallet.key(0, 2).address, amountSat: 1_000_000n }];
    const feeSat = feeFor(kitchen, { inputs: [coin], outputs }, 10_000n, 50_000n);
    return [pay(kitchen, { inputs: [coin], outputs, feeSat })];
  },
  'an output at the limit of dust, and one below it': (kitchen) => {
    const { script, dustSat } = oneOf(kitchen, payableScripts(kitchen));
    const inputs = [kitchen.takeCoin()];
    return [dustSat - 1n, dustSat].map((amountSat) =>
      pay(kitchen, { inputs, outputs: [{ to: script, amountSat }], feeSat: 1_000n }),
    );
  },
  'dust without a fee, and two of it': (kitchen) => {
    const [{ script, dustSat } = { script: dataScript(1), dustSat: 0n }] = payableScripts(kitchen);
    const dust = { to: script, amountSat: dustSat - 1n };
    const inputs = [kitchen.takeCoin()];
    return [
      pay(kitchen, { inputs, outputs: [dust], feeSat: 0n }),
      pay(kitchen, { inputs, outputs: [dust, dust], feeSat: 1_000n }),
    ];
  },
  'as much data as is relayed, and a byte more': (kitchen) => {
    const inputs = [kitchen.takeCoin()];
    return [81, 80].map((length) =>
      pay(kitchen, {
        inputs,
        outputs: [{ to: dataScript(length), amountSat: 0n }],
        feeSat: 1_000n,
      }),
    );
  },
  'data at the least fee': (kitchen) => {
    const inputs = [kitchen.takeCoin('p2tr')];
    const outputs = [{ to: dataScript(32 + below(kitchen, 48)), amountSat: 0n }];
    return [-1n, 0n].map((more) =>
      pay(kitchen, { inputs, outputs, feeSat: feeFor(kitchen, { inputs, outputs }, 1n, more) }),
    );
  },
  'data twice': (kitchen) => {
    const data = { to: dataScript(10), amountSat: 0n };
    return [pay(kitchen, { inputs: [kitchen.takeCoin()], outputs: [data, data], feeSat: 1_000n })];
  },
  'data that is no push': (kitchen) => {
    const inputs = [kitchen.takeCoin()];
    const noPush = { to: Uint8Array.from([0x6a, 0xac]), amountSat: 0n };
    return [pay(kitchen, { inputs, outputs: [noPush], feeSat: 1_000n })];
  },
  'a script that nobody relays': (kitchen) => {
    const scripts = [[0x51], [0x75, 0x51], [0x00, 0x03, 1, 2, 3], []];
    const to = Uint8Array.from(oneOf(kitchen, scripts));
    const outputs = [{ to, amountSat: 5_000n }];
    return [pay(kitchen, { inputs: [kitchen.takeCoin()], outputs, feeSat: 1_000n })];
  },
  'more than there will ever be': (kitchen) => {
    const to = kitchen.wallet.key(0, 2).address;
    const amounts = [[2_100_000_000_000_001n], [2_100_000_000_000_000n, 1n]];
    const outputs = oneOf(kitchen, amounts).map((amountSat) => ({ to, amountSat }));
    const coin: TestInput = kitchen.takeCoin();
    return [signSpend({ inputs: [coin], outputs })];
  },
  'too large to be relayed': (kitchen) => {
    const to = kitchen.wallet.key(0, 2).address;
    const output = { to, amountSat: 300n };
    const { coin } = kitchen.takeCoinbase();
    const outputs = Array.from({ length: oneOf(kitchen, [3_218, 3_226, 3_300]) }, () => output);
    return [pay(kitchen, { inputs: [coin], outputs, feeSat: 200_000n })];
  },
  'too small to be relayed': (kitchen) => {
    const coin = kitchen.takeCoin();
    const lengths = [0, 3, 4, 5];
    return [oneOf(kitchen, lengths)].map((length) =>
      signSpend({
        inputs: [coin],
        outputs: [
          { to: Uint8Array.from([0x6a, ...Array<number>(length).fill(0x51)]), amountSat: 0n },
        ],
      }),
    );
  },
  'a child of what waits': (kitchen) => {
    const parent = pay(kitchen, { inputs: [kitchen.takeCoin()], feeSat: 1_000n });
    const child = pay(kitchen, { inputs: [leftOver(kitchen, parent)], feeSat: 1_000n });
    const both = [leftOver(kitchen, child), kitchen.takeCoin()];
    return [parent, child, pay(kitchen, { inputs: both, feeSat: 1_000n })];
  },
  'a line of more than 25': (kitchen) => {
    const line = [pay(kitchen, { inputs: [kitchen.takeCoin()], feeSat: 200n })];
    for (let length = 1; length < 27; length += 1) {
      const last = line.at(-1) ?? new Transaction();
      line.push(pay(kitchen, { inputs: [leftOver(kitchen, last)], feeSat: 200n }));
    }
    return line;
  },
};

function someOutputs(kitchen: Kitchen): readonly TestOutput[] {
  return Array.from({ length: below(kitchen, 4) }, () => {
    const { script, dustSat } = oneOf(kitchen, payableScripts(kitchen));
    return { to: script, amountSat: dustSat + BigInt(below(kitchen, 2_000)) };
  });
}
