import type { Static } from 'typebox';
import type { Trade } from '../domain/trade.ts';
import type { DeepReadonly } from '../schemas/input.ts';
import type { Trade as TradeSchema } from '../schemas/trade.ts';

/** A trade as the API shows it, which is also what its hash is taken of. */
export function tradeBody(trade: Trade): DeepReadonly<Static<typeof TradeSchema>> {
  return {
    ...trade,
    amountUsat: trade.amountUsat.toString(),
    feeUsat: trade.feeUsat.toString(),
  };
}
