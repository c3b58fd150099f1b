import { Type } from 'typebox';
import { amountUsat, instant, oneOf, tradeEnergyWh } from './common.ts';
import { Trade, tradeId } from './trade.ts';

export const Transaction = Type.Object(
  {
    tradeId,
    prosumerId: Type.String({ description: 'The prosumer whose account it is on.' }),
    timeframe: instant('Start of the timeframe it belongs to.'),
    side: oneOf(['sell', 'buy', 'fee'], 'Which leg of the trade it is.'),
    energyWh: tradeEnergyWh('Energy sold or bought; 0 for a fee.'),
    creditUsat: amountUsat('Credited.'),
    debitUsat: amountUsat('Debited.'),
    trade: Trade,
  },
  { title: 'Transaction', description: 'A posting on a prosumer’s account, with its trade.' },
);
