import { sumOf } from './allotProRata.ts';
import { assert } from './assert.ts';
import type { AccountId } from './ids.ts';
import type { Position } from './netto.ts';
import type { Side } from './order.ts';

/** Those that sell in the market of a timeframe, or that buy, by id ascending. The lists line up. */
export type MarketSide = {
  readonly ids: readonly AccountId[];
  /** What each has to spare, or lacks; above 0. */
  readonly energiesWh: readonly number[];
  readonly totalWh: number;
};

/** One side of the positions, which come by id ascending. Nobody is on both. */
export function sideOf(positions: readonly Position[], side: Side): MarketSide {
  const sign = side === 'sell' ? 1 : -1;
  const ids: AccountId[] = [];
  const energiesWh: number[] = [];
  let lastId = '';
  for (const { accountId, positionWh } of positions) {
    assert(lastId < accountId, () => `positions must ascend by id: ${accountId} after ${lastId}`);
    lastId = accountId;
    const energyWh = sign * positionWh;
    if (energyWh <= 0) continue;
    ids.push(accountId);
    energiesWh.push(energyWh);
  }
  return { ids, energiesWh, totalWh: sumOf(energiesWh) };
}
