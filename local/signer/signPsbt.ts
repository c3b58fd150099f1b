import type { BIP32Interface } from 'bip32';
import { Psbt, type SignerAsync, Transaction } from 'bitcoinjs-lib';
import { lowS } from './lowS.ts';
import { ownInput } from './ownInput.ts';

/**
 * Signs all inputs of a PSBT (base64) with the private key of the account that they belong to, each
 * for the whole transaction (SIGHASH_ALL). Throws where an input is not the account's: signing a part
 * helps nobody. The same PSBT gives the same signatures (RFC 6979), all with a low S.
 */
export function signPsbt(psbtBase64: string, account: BIP32Interface): string {
  const psbt = Psbt.fromBase64(psbtBase64);
  for (const at of psbt.data.inputs.keys()) {
    const { path, pubkey } = ownInput(psbt, at);
    const [chain, index] = pathEnd(path);
    const key = account.derive(chain).derive(index);
    if (!isSame(key.publicKey, pubkey)) {
      throw new Error(`Input ${at} names a key at ${path} that this account does not have.`);
    }
    psbt.signInput(at, key, sighashTypes);
  }
  return psbt.toBase64();
}

/** One key that signs elsewhere: in a vault, or on a device. Its R and S are 64 bytes together. */
export type RemoteKey = Pick<SignerAsync, 'publicKey'> & {
  sign(hash: Uint8Array): Promise<Uint8Array>;
};

/**
 * Signs the inputs of a PSBT (base64) that belong to one key, as `signPsbt` does; whatever S the key
 * answers with, the low one of the two is taken. Throws where it owns none of them.
 */
export async function signPsbtWith(psbtBase64: string, key: RemoteKey): Promise<string> {
  const psbt = Psbt.fromBase64(psbtBase64);
  const signer: SignerAsync = {
    publicKey: key.publicKey,
    sign: async (hash) => lowS(await key.sign(hash)),
  };
  const own = [...psbt.data.inputs.keys()].filter((at) =>
    isSame(ownInput(psbt, at).pubkey, key.publicKey),
  );
  if (own.length === 0) throw new Error('No input of the PSBT belongs to this key.');
  // One after the other: a vault counts how many it is asked at once.
  for (const at of own) await psbt.signInputAsync(at, signer, sighashTypes);
  return psbt.toBase64();
}

const sighashTypes = [Transaction.SIGHASH_ALL];

/** m / 84' / coin' / account' / chain / index */
function pathEnd(path: string): readonly [number, number] {
  const [, chain, index] = /^m\/84'\/\d+'\/\d+'\/([01])\/(\d{1,10})$/.exec(path) ?? [];
  if (chain === undefined) throw new Error(`${path} is no path of a BIP84 account.`);
  return [Number(chain), Number(index)];
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
