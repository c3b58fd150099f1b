import { type ApiClient, ApiProblem } from '../apiClient.ts';
import { type JsonObject, numberIn, objectOf, objectsIn, textIn } from '../jsonFields.ts';
import { signMessage } from '../signer/signMessage.ts';
import { signPsbt } from '../signer/signPsbt.ts';
import { type BillingStage, confirm } from './billingStage.ts';
import { payFromWallet } from './payFromWallet.ts';

/** Pays all whom the grid owes by one transaction, signed outside of the app. */
export async function payOut(
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
