import type { AccountId, GridId, TradeId } from './ids.ts';
import type { Timeframe } from './timeframe.ts';
import type { MicroSatoshi, WattHours } from './units.ts';

/** One leg of a trade on one account. Exactly one of creditUsat and debitUsat may be above 0. */
export type Posting = {
  readonly tradeId: TradeId;
  readonly sequence: number;
  readonly accountId: AccountId;
  readonly side: 'sell' | 'buy' | 'fee';
  readonly soldWh: WattHours;
  readonly boughtWh: WattHours;
  readonly creditUsat: MicroSatoshi;
  readonly debitUsat: MicroSatoshi;
};

/** The sums of an account, as four fields that only grow. The balance is credits − debits. */
export type AccountSums = {
  readonly soldWh: WattHours;
  readonly boughtWh: WattHours;
  readonly creditsUsat: MicroSatoshi;
  readonly debitsUsat: MicroSatoshi;
};

/** Where a batch of trades stands: the unit in which trades are recorded, exactly once. */
export type BatchKey = {
  readonly gridId: GridId;
  readonly timeframe: Timeframe;
  readonly revision: number;
  readonly batch: number;
};
