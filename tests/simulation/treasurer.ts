import { Psbt } from 'bitcoinjs-lib';
import { signMessage } from '../../local/signer/signMessage.ts';
import { signPsbt } from '../../local/signer/signPsbt.ts';
import type { GridId, ProsumerId } from '../../shared/domain/ids.ts';
import type { Payout, PayoutId } from '../../shared/domain/payout.ts';
import { addMinutes, type Instant } from '../../shared/domain/timeframe.ts';
import { getPayoutDocument } from '../../shared/operations/getPayout.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { testWallet } from '../bitcoin/testWallet.ts';
import { attempt, request } from './attempt.ts';
import type { Asked } from './clients.ts';
import { gridWallets } from './community.ts';
import type { World } from './world.ts';

const payoutsListed = 200;
/** How long a payout may be asked for again. */
const askedAgainMinutes = 24 * 60;

/** Binds an address of a prosumer's own wallet; now and then one that its key did not sign. */
export async function bindSome(world: World, prosumerId: ProsumerId): Promise<void> {
  const { chance } = world;
  const wallet = testWallet(`prosumer ${prosumerId}`);
  const index = chance.below(prosumerAddresses);
  const key = chance.hits(0.3) ? wallet.taprootKey(index) : wallet.key(0, index);
  const signer = chance.hits(0.1) ? wallet.key(1, 0) : key;
  const path = `/prosumers/${prosumerId}/payout-address`;
  const challenge = world.clients.post(`${path}/challenge`, { address: key.address });
  const answer = await request(world, challenge);
  if (answer?.status !== 200) return;
  const { nonce, message } = answer.body;
  const signature = signMessage(signer.node, key.kind, message);
  const bound = { method: 'PUT', path, body: { address: key.address, nonce, signature } } as const;
  await request(world, bound);
  // An answer that was not heard is given again.
  await request(world, bound);
}

/** Addresses of each kind that a prosumer has. */
export const prosumerAddresses = 3;

/** Who builds, signs and replaces payouts, outside of the app, and remembers what was signed. */
export type Treasurer = {
  build(gridId: GridId): Promise<void>;
  sign(gridId: GridId): Promise<void>;
  replace(gridId: GridId): Promise<void>;
  /** Hands a signed transaction back that may be long replaced. */
  signLate(): Promise<void>;
  /** Sends a signed transaction past the app. */
  sendAround(): Promise<void>;
};

type Signed = { readonly gridId: GridId; readonly id: PayoutId; readonly psbt: string };

export function createTreasurer(world: World): Treasurer {
  const { chance, clients, now } = world;
  const signatureOf = (gridId: GridId, id: PayoutId, psbt: string) =>
    clients.post(`/grids/${gridId}/payouts/${id}/signature`, { psbt });
  const asked: { readonly built: Asked; readonly at: Instant }[] = [];
  const signed: Signed[] = [];
  const pickPayout = async (gridId: GridId) => {
    const { items } = await world.one().ports.payouts.list(gridId, { limit: payoutsListed });
    return chance.pick(items)?.value;
  };
  return {
    async build(gridId) {
      const feeRateSatPerKvb = chance.between(1_000, 4_000);
      const built = () => clients.post(`/grids/${gridId}/payouts`, { feeRateSatPerKvb });
      const isKept = ({ at }: { readonly at: Instant }) =>
        now() < addMinutes(at, askedAgainMinutes);
      const old = chance.hits(0.3) ? chance.pick(asked.filter(isKept)) : undefined;
      const wanted = old?.built ?? built();
      asked.push({ built: wanted, at: old?.at ?? now() });
      // Of two at once each asks for the same, or for a payout of its own.
      const isSame = chance.hits(0.5);
      await attempt(world, (ports) => clients.ask(ports, isSame ? wanted : built()));
    },
    async sign(gridId) {
      const payout = await pickPayout(gridId);
      if (payout === undefined) return;
      const { id } = payout;
      const psbt = await signedPsbtOf(world.one().ports, payout);
      signed.push({ gridId, id, psbt });
      if (chance.hits(0.3)) return;
      const given = chance.hits(0.2) ? spoilt(psbt) : psbt;
      const answer = await request(world, signatureOf(gridId, id, given));
      const isTaken = answer !== undefined && answer.status < 300;
      if (isTaken && given !== psbt) throw new Error(`${id} was taken with a bad signature`);
    },
    async replace(gridId) {
      const payout = await pickPayout(gridId);
      if (payout === undefined) return;
      const rate = (payout.versions.at(-1)?.feeRate ?? 0) + chance.between(200, 3_000);
      const path = `/grids/${gridId}/payouts/${payout.id}/replacement`;
      await request(world, clients.post(path, { feeRateSatPerKvb: rate }));
    },
    async signLate() {
      const late = chance.pick(signed);
      if (late === undefined) return;
      await request(world, signatureOf(late.gridId, late.id, late.psbt));
    },
    async sendAround() {
      const around = chance.pick(signed);
      if (around === undefined) return;
      const hex = Psbt.fromBase64(around.psbt).finalizeAllInputs().extractTransaction().toHex();
      await world.one().ports.chain.broadcast(hex);
    },
  };
}

/** The last version of a payout, signed by the wallet that it spends from. */
export async function signedPsbtOf(
  ports: Ports,
  { id, gridId, walletId }: Payout,
): Promise<string> {
  const wallet = gridWallets.find((each) => each.walletId === walletId);
  const sent = await getPayoutDocument(ports, gridId, id, 'psbt');
  if (!sent.ok || wallet === undefined) throw new Error(`the payout ${id} can be signed`);
  return signPsbt(sent.value, wallet.account);
}

/** The same with one bit of a signature changed. */
function spoilt(psbt: string): string {
  const changed = Psbt.fromBase64(psbt);
  const signature = changed.data.inputs[0]?.partialSig?.[0]?.signature;
  if (signature === undefined) throw new Error('a signed payout has a signature');
  const at = 20;
  signature[at] = (signature[at] ?? 0) ^ 1;
  return changed.toBase64();
}
