import { Type } from 'typebox';
import { accountId, amountUsat, sumWh } from './common.ts';

/** The sums of an account, as every answer shows them. */
export const accountFields = {
  soldWh: sumWh('Energy sold.'),
  boughtWh: sumWh('Energy bought.'),
  creditsUsat: amountUsat('Sum of credits.'),
  debitsUsat: amountUsat('Sum of debits.'),
  balanceUsat: amountUsat('Credits − debits.'),
};

export const Account = Type.Object(
  { accountId: accountId('A prosumer, `mini-grid` or `power-plant`.'), ...accountFields },
  { title: 'Account', description: 'An account of a mini grid.' },
);
