import type { EmbeddedChain } from '../../shared/adapters/embedded/chain/openEmbeddedChain.ts';
import { readPaymentUri } from '../../shared/domain/paymentUri.ts';
import { type ApiClient, ApiProblem } from '../apiClient.ts';
import { type JsonObject, numberIn, objectOf, objectsIn, textIn } from '../jsonFields.ts';
import { signMessage } from '../signer/signMessage.ts';
import { signPsbt } from '../signer/signPsbt.ts';
import type { DemonstrationWallet } from './demonstrationWallets.ts';
import { feeOf, payFromWallet, type WalletOutput } from './payFromWallet.ts';

/** What billing stands on: the API as everybody has it, and a chain on which nothing is worth anything. */
export type BillingStage = {
  readonly client: ApiClient;
  readonly chain: EmbeddedChain;
  readonly walletOf: (name: string) => DemonstrationWallet;
  /** Runs a timer of the app now, and waits for it. */
  readonly fire: (name: string) => Promise<void>;
  readonly note: (text: string) => void;
};

/** A grid and its local month. */
export type Month = { readonly gridId: string; readonly period: string };

/** What became of a month: amounts in satoshi, as decimal strings. */
export type BilledMonth = Month & {
  readonly invoicesSat: string;
  readonly payoutsSat: string;
  readonly paidInvoices: number;
  readonly payoutId?: string;
  readonly txid?: string;
};

/** Blocks until a payment counts, which is what a grid asks for where it says nothing. */
const confirmations = 3;
/** Blocks until what was mined can be spent. */
const maturity = 100;
const coinsMin = 5;
const marginSat = feeOf(4, 2);
const invoicesPerPage = 1_000;

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

/** Every home pays what is left of its invoices, each from coins of its own. Answers how many. */
async function payInvoices(stage: BillingStage, month: Month): Promise<number> {
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

/** Pays all whom the grid owes by one transaction, signed outside of the app. */
async function payOut(
  stage: BillingStage,
  gridId: string,
): Promise<{ readonly payoutId: string; readonly txid: string } | undefined> {
  const { client, note } = stage;
  const payees = objectsIn(
    objectOf(await client.get(`/grids/${gridId}/payees?limit=1000`)),
    'value',
  );
  const waiting = payees.filter((payee) => payee['payoutId'] === undefined);
  for (const payee of waiting) await bindAddress(stage, textIn(payee, 'prosumerId'));
  const owedSat = waiting.reduce((sum, payee) => sum + BigInt(textIn(payee, 'amountSat')), 0n);
  const toSign = await payoutToSign(stage, gridId, owedSat);
  if (toSign !== undefined) await sign(stage, gridId, textIn(toSign, 'id'));
  // The last one, also when it was sent before a stop at the wrong moment.
  const last = (await payoutsOf(client, gridId)).at(-1);
  if (last === undefined) return undefined;
  const payoutId = textIn(last, 'id');
  if (last['status'] !== 'confirmed') await confirm(stage);
  const { status } = objectOf(await client.get(`/grids/${gridId}/payouts/${payoutId}`));
  note(`the payout is ${status}`);
  return { payoutId, txid: textIn(last, 'txid') };
}

/** Takes the transaction out, signs it as the grid's signer would, and hands it back. */
async function sign(stage: BillingStage, gridId: string, payoutId: string): Promise<void> {
  const { client, note, walletOf } = stage;
  const path = `/grids/${gridId}/payouts/${payoutId}`;
  const psbt = signPsbt(await client.text(`${path}/psbt`), walletOf(gridId).account);
  const sent = objectOf(await client.post(`${path}/signature`, { psbt }));
  const count = numberIn(sent, 'payeeCount');
  note(
    `the grid pays ${textIn(sent, 'amountSat')} sat to ${count} homes at once, ` +
      `${textIn(sent, 'txid').slice(0, 8)}…, which anchors trade ${textIn(sent, 'anchor').slice(0, 8)}…`,
  );
}

async function payoutsOf(client: ApiClient, gridId: string): Promise<readonly JsonObject[]> {
  return objectsIn(objectOf(await client.get(`/grids/${gridId}/payouts?limit=1000`)), 'value');
}

/** One that waits for its signature, as after a stop at the wrong moment, or a new one. */
async function payoutToSign(
  stage: BillingStage,
  gridId: string,
  owedSat: bigint,
): Promise<JsonObject | undefined> {
  const { client } = stage;
  const payouts = await payoutsOf(client, gridId);
  const unsigned = payouts.find((each) => each['awaitsSignature'] === true);
  if (unsigned !== undefined) return unsigned;
  const build = async () => objectOf(await client.post(`/grids/${gridId}/payouts`, {}));
  try {
    return await build();
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.code === 'nothing_to_pay') return undefined;
    // One large coin helps where there are too many small ones as well.
    if (!['coins_insufficient', 'coins_too_many'].includes(error.code)) throw error;
  }
  await fillWallet(stage, gridId, owedSat);
  return build();
}

/** A home proves that an address is its own (BIP322), once. */
async function bindAddress({ client, walletOf }: BillingStage, home: string): Promise<void> {
  const path = `/prosumers/${home}/payout-address`;
  if ((await client.find(path)) !== undefined) return;
  const { address, key } = walletOf(home);
  const challenge = objectOf(await client.post(`${path}/challenge`, { address }));
  const signature = signMessage(key, 'p2wpkh', textIn(challenge, 'message'));
  await client.put(path, { address, nonce: textIn(challenge, 'nonce'), signature });
}

/** In a sunny month more goes out than came in: what the power plant owes, the operator puts in. */
async function fillWallet(stage: BillingStage, gridId: string, amountSat: bigint): Promise<void> {
  const { client, chain, walletOf, note } = stage;
  const deposit = objectOf(await client.post(`/grids/${gridId}/deposit-addresses`, undefined));
  const address = textIn(deposit, 'address');
  await payFromWallet(chain.chain, walletOf('miner'), [{ address, amountSat }]);
  note(`the operator fills the grid’s wallet with ${amountSat} sat for what the power plant owes`);
  await confirm(stage);
}

/** Mines until what was sent counts, and lets the app look. */
async function confirm(stage: BillingStage): Promise<void> {
  await mine(stage, confirmations);
  await stage.fire('followChain');
}

async function mine({ chain, walletOf }: BillingStage, blocks: number): Promise<void> {
  await chain.miner.mine(blocks, walletOf('miner').address);
}
