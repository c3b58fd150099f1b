import { numberIn, objectOf, textIn } from '../jsonFields.ts';
import type { BillingStage, Month } from './billingStage.ts';
import { payInvoices } from './payInvoices.ts';
import { payOut } from './payOut.ts';

/** What became of a month: amounts in satoshi, as decimal strings. */
export type BilledMonth = Month & {
  readonly invoicesSat: string;
  readonly payoutsSat: string;
  readonly paidInvoices: number;
  readonly payoutId?: string;
  readonly txid?: string;
};

/** Blocks until what was mined can be spent. */
const maturity = 100;
const coinsMin = 5;

/**
 * Bills a month and settles it in bitcoin: the run becomes final, every home that owes pays the URI of
 * its invoice from a wallet of its own, and all that are owed are paid by one transaction that the
 * grid's signer signs. Repeatable: what is final, paid or sent already stays as it is.
 */
export async function billMonth(
  stage: BillingStage,
  { gridId, period }: Month,
): Promise<BilledMonth> {
  const { client, note, walletOf } = stage;
  const { accountKey } = walletOf(gridId);
  await client.patch(`/grids/${gridId}`, { billing: { accountKey, addressCooldownHours: 0 } });
  const path = `/grids/${gridId}/billing-runs/${period}`;
  const run = objectOf(await client.post(`${path}/finalize`, undefined));
  const invoicesSat = textIn(run, 'invoicesSat');
  const payoutsSat = textIn(run, 'payoutsSat');
  note(
    `${period} of ${gridId}: ${numberIn(run, 'invoiceCount')} invoices ${invoicesSat} sat = ` +
      `${numberIn(run, 'payoutCount')} payouts ${payoutsSat} + power plant ` +
      `${textIn(run, 'powerPlantSat')} + mini grid ${textIn(run, 'miniGridSat')}`,
  );
  await stage.fire('completeBilling');
  await mineCoins(stage);
  const paidInvoices = await payInvoices(stage, { gridId, period });
  const payout = await payOut(stage, gridId);
  return { gridId, period, invoicesSat, payoutsSat, paidInvoices, ...payout };
}

/** Gives who mines something to spend. */
async function mineCoins({ chain, walletOf }: BillingStage): Promise<void> {
  const miner = walletOf('miner');
  const coins = await chain.chain.coins(miner.watched, maturity);
  if (coins.length < coinsMin) await chain.miner.mine(maturity + coinsMin, miner.address);
}
