import { crypto, type Psbt } from 'bitcoinjs-lib';
import { strangeFields } from './strangeFields.ts';

/**
 * The one key that an input of a PSBT names, with its path. Throws unless the coin is P2WPKH of just
 * that key, its amount is there to be signed over, nothing but SIGHASH_ALL is asked for, and there is
 * nothing in the input that such a coin does not need.
 */
export function ownInput(
  psbt: Psbt,
  at: number,
): { readonly path: string; readonly pubkey: Uint8Array } {
  const input = psbt.data.inputs[at];
  const [origin, ...others] = input?.bip32Derivation ?? [];
  if (input?.witnessUtxo === undefined || origin === undefined || others.length > 0) {
    throw new Error(`Input ${at} does not say which coin it is and which key it belongs to.`);
  }
  // script: OP_0 <20 bytes>
  const script = Buffer.concat([Uint8Array.of(0x00, 0x14), crypto.hash160(origin.pubkey)]);
  if (Buffer.compare(script, input.witnessUtxo.script) !== 0) {
    throw new Error(`Input ${at} is a coin of another key than the one that it names.`);
  }
  if (input.sighashType !== undefined && input.sighashType !== 1) {
    throw new Error(`Input ${at} asks for a signature of less than the whole transaction.`);
  }
  const [strange] = strangeFields(input);
  if (strange !== undefined) throw new Error(`Input ${at} has a field ${strange}.`);
  return origin;
}
