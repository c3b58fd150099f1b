import { Psbt } from 'bitcoinjs-lib';
import type { Coin, TransactionId } from '../../shared/domain/bitcoin.ts';
import type { Chain } from '../../shared/ports/chain.ts';
import { signPsbt } from '../signer/signPsbt.ts';
import { type DemonstrationWallet, demonstrationNetwork } from './demonstrationWallets.ts';

export type WalletOutput = { readonly address: string; readonly amountSat: bigint };

const feeSatPerVirtualByte = 2n;
/** Virtual bytes, rounded up: of a P2WPKH input, of an output to any standard script, of the rest. */
const inputBytes = 69n;
const outputBytes = 43n;
const otherBytes = 12n;
const dustSat = 294n;

/** What paying so many outputs from so many coins costs. */
export function feeOf(inputs: number, outputs: number): bigint {
  const bytes = otherBytes + BigInt(inputs) * inputBytes + BigInt(outputs) * outputBytes;
  return bytes * feeSatPerVirtualByte;
}

/** Pays from a wallet's coins, largest first; what is left comes back to its address. */
export async function payFromWallet(
  chain: Chain,
  wallet: DemonstrationWallet,
  outputs: readonly WalletOutput[],
): Promise<TransactionId> {
  const amountSat = outputs.reduce((sum, output) => sum + output.amountSat, 0n);
  const chosen = choose(await chain.coins(wallet.watched, 1), amountSat, outputs.length + 1);
  const changeSat = sumOf(chosen) - amountSat - feeOf(chosen.length, outputs.length + 1);
  const psbt = new Psbt({ network: demonstrationNetwork });
  for (const output of outputs)
    psbt.addOutput({ address: output.address, value: output.amountSat });
  if (changeSat >= dustSat) psbt.addOutput({ address: wallet.address, value: changeSat });
  for (const coin of chosen) psbt.addInput(inputOf(wallet, coin));
  const signed = Psbt.fromBase64(signPsbt(psbt.toBase64(), wallet.account), {
    network: demonstrationNetwork,
  });
  const sent = await chain.broadcast(signed.finalizeAllInputs().extractTransaction().toHex());
  if (!sent.ok) throw new Error(`A payment of ${amountSat} sat was refused: ${sent.refusal}`);
  return sent.value.txid;
}

function choose(coins: readonly Coin[], amountSat: bigint, outputs: number): readonly Coin[] {
  const chosen: Coin[] = [];
  for (const coin of coins) {
    chosen.push(coin);
    if (sumOf(chosen) >= amountSat + feeOf(chosen.length, outputs)) return chosen;
  }
  throw new Error(`A wallet of the demonstration has too little to pay ${amountSat} sat.`);
}

function inputOf({ account, key }: DemonstrationWallet, { txid, vout, amountSat }: Coin) {
  const { publicKey: pubkey } = key;
  const script = p2wpkhScript(key.identifier);
  const origin = { masterFingerprint: account.fingerprint, path: "m/84'/1'/0'/0/0", pubkey };
  return {
    hash: txid,
    index: vout,
    witnessUtxo: { script, value: amountSat },
    bip32Derivation: [origin],
  };
}

/** OP_0 <20 bytes>: the identifier of a key is the hash that the script has. */
function p2wpkhScript(keyHash: Uint8Array): Uint8Array {
  return Uint8Array.from([0x00, 0x14, ...keyHash]);
}

function sumOf(coins: readonly Coin[]): bigint {
  return coins.reduce((sum, { amountSat }) => sum + amountSat, 0n);
}
