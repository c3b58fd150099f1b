import type { Bitcoin } from '../../shared/ports/bitcoin.ts';

const answersMax = 50_000;

/** The same, but what was derived or read once is remembered: keys are the same under every seed. */
export function rememberingBitcoin(bitcoin: Bitcoin): Bitcoin {
  const { readAccountKey, addressesAt, readAddress, isSignedBy } = bitcoin;
  const addressAt = remembering((...[accountKey, keyChain, index]: PlaceOfAddress) =>
    addressesAt(accountKey, keyChain, [index]),
  );
  return {
    ...bitcoin,
    readAccountKey: remembering(readAccountKey),
    addressesAt: (accountKey, keyChain, indexes) =>
      indexes.flatMap((index) => addressAt(accountKey, keyChain, index)),
    readAddress: remembering(readAddress),
    isSignedBy: remembering(isSignedBy),
  };
}

type PlaceOfAddress = readonly [
  ...(Parameters<Bitcoin['addressesAt']> extends readonly [infer Key, infer Chain, unknown]
    ? readonly [Key, Chain]
    : never),
  number,
];

function remembering<Args extends readonly unknown[], Answer>(
  compute: (...args: Args) => Answer,
): (...args: Args) => Answer {
  const answers = new Map<string, Answer>();
  return (...args) => {
    const key = JSON.stringify(args);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = compute(...args);
    if (answers.size < answersMax) answers.set(key, answer);
    return answer;
  };
}
