import { assert } from '../domain/assert.ts';
import type { Coin, OutPoint } from '../domain/bitcoin.ts';
import type { Payee, Payout } from '../domain/payout.ts';
import type { Versioned } from '../ports/page.ts';
import { etagOfVersion } from './versionEtag.ts';

/** A payout as columns. */
export type PayoutRow = { readonly document: string; readonly version: number };

export function storedPayoutOf({ document, version }: PayoutRow): Versioned<Payout> {
  return { value: readPayout(document), etag: etagOfVersion(version) };
}

/**
 * A payout as JSON. Its bigints are amounts, in fields whose names end in `Sat`, and stand there as
 * decimal text: a number would lose satoshi from 2⁵³ on.
 */
export function writePayout(payout: Payout): string {
  return JSON.stringify(payout, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

/** The payout that `writePayout` wrote. */
export function readPayout(document: string): Payout {
  return JSON.parse(document, (name, value) =>
    name.endsWith('Sat') ? BigInt(value) : value,
  ) as Payout;
}

/** The payees of a payout: of each output one per period. They are the same in all its versions. */
export function payeesOf({
  id,
  versions,
}: Payout): readonly Pick<Payee, 'period' | 'prosumerId'>[] {
  const [first] = versions;
  assert(first !== undefined, `the payout ${id} has a version`);
  return first.outputs.flatMap(({ prosumerId, periods }) =>
    periods.map((period) => ({ prosumerId, period })),
  );
}

/** The coins of all versions of a payout, each once. */
export function coinsOf({ versions }: Payout): readonly OutPoint[] {
  const coins = new Map<string, Coin>();
  for (const version of versions) {
    for (const coin of version.coins) coins.set(`${coin.txid}:${coin.vout}`, coin);
  }
  return [...coins.values()];
}
