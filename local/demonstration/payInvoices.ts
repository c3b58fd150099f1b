import { readPaymentUri } from '../../shared/domain/paymentUri.ts';
import { type JsonObject, objectOf, objectsIn, textIn } from '../jsonFields.ts';
import { type BillingStage, confirm, confirmations, type Month, mine } from './billingStage.ts';
import { feeOf, payFromWallet, type WalletOutput } from './payFromWallet.ts';

/** What a home gets beside the amount that it owes: enough for the fee. */
const marginSat = feeOf(4, 2);
const invoicesPerPage = 1_000;

/** Every home pays what is left of its invoices, each from coins of its own. Answers how many. */
export async function payInvoices(stage: BillingStage, month: Month): Promise<number> {
  const { chain, note, walletOf } = stage;
  // What was sent before a stop at the wrong moment is seen then, and not sent again.
  await stage.fire('followChain');
  const open = (await invoicesOf(stage, month)).filter(
    (invoice) => typeof invoice['uri'] === 'string' && textIn(invoice, 'seenSat') === '0',
  );
  const payments = open.map((invoice) => ({
    home: textIn(invoice, 'prosumerId'),
    ...requestOf(textIn(invoice, 'uri')),
  }));
  if (payments.length > 0) {
    const funding = payments.map(({ home, amountSat }) => ({
      address: walletOf(home).address,
      amountSat: amountSat + marginSat,
    }));
    await payFromWallet(chain.chain, walletOf('miner'), funding);
    await mine(stage, 1);
  }
  for (const { home, address, amountSat } of payments) {
    const txid = await payFromWallet(chain.chain, walletOf(home), [{ address, amountSat }]);
    note(`${home} pays ${amountSat} sat to ${address}, ${txid.slice(0, 8)}…`);
  }
  if ((await invoicesOf(stage, month)).some(isUnpaid)) await confirm(stage);
  const invoices = await invoicesOf(stage, month);
  const paid = invoices.filter((invoice) => !isUnpaid(invoice)).length;
  note(`${paid} of ${invoices.length} invoices are paid, after ${confirmations} confirmations`);
  return paid;
}

async function invoicesOf(
  { client }: BillingStage,
  { gridId, period }: Month,
): Promise<readonly JsonObject[]> {
  const query = `gridId=${gridId}&period=${period}&limit=${invoicesPerPage}`;
  return objectsIn(objectOf(await client.get(`/invoices?${query}`)), 'value');
}

function isUnpaid(invoice: JsonObject): boolean {
  return textIn(invoice, 'outstandingSat') !== '0';
}

function requestOf(uri: string): WalletOutput {
  const request = readPaymentUri(uri);
  if (!request.ok || request.value.amountSat === undefined) {
    throw new Error(`${uri} is no request for an amount`);
  }
  return { address: request.value.address, amountSat: request.value.amountSat };
}
