import type { BitcoinLibrary } from './bitcoinLibrary.ts';
import { isSame } from './bytes.ts';
import { isEcdsaSignature, sighashAll } from './ecdsa.ts';
import type { Spend } from './spend.ts';

/**
 * Does a witness unlock P2WSH of one key or of m of n? False for scripts of any other form.
 * witness: … <witness script>; script: OP_0 <32 bytes>
 */
export function unlocksWitnessScript(library: BitcoinLibrary, spend: Spend): boolean {
  const { bitcoin } = library;
  const witnessScript = spend.witness.at(-1);
  if (witnessScript === undefined) return false;
  if (!isSame(bitcoin.crypto.sha256(witnessScript), spend.script.subarray(2))) return false;
  const keys = keysOf(library, witnessScript);
  if (keys === undefined || !keys.publicKeys.every(isCompressed)) return false;
  const items = spend.witness.slice(0, -1);
  // CHECKMULTISIG takes one item more than it needs: it must be empty.
  if (keys.isMultisig && items.shift()?.length !== 0) return false;
  if (items.length !== keys.required) return false;
  const hash = spend.transaction.hashForWitnessV0(0, witnessScript, 0n, sighashAll);
  let next = 0;
  for (const signature of items) {
    const isSigner = (key: Uint8Array, at: number) =>
      at >= next && isEcdsaSignature(library, hash, key, signature);
    const signer = keys.publicKeys.findIndex(isSigner);
    if (signer < 0) return false;
    // Signatures stand in the order of their keys, and no key signs twice.
    next = signer + 1;
  }
  return true;
}

type Keys = {
  readonly publicKeys: readonly Uint8Array[];
  readonly required: number;
  readonly isMultisig: boolean;
};

const compressedKeyBytes = 33;
const opSmallIntegerBase = 0x50;
const keysMax = 16;

/** <key> CHECKSIG, or OP_m <key> … OP_n CHECKMULTISIG */
function keysOf({ bitcoin }: BitcoinLibrary, script: Uint8Array): Keys | undefined {
  const { OPS } = bitcoin.script;
  const chunks = bitcoin.script.decompile(script) ?? [];
  if (!isSame(bitcoin.script.compile(chunks), script)) return undefined;
  const publicKeys = chunks.filter((chunk) => chunk instanceof Uint8Array);
  if (chunks.length === 2 && publicKeys.length === 1 && chunks[1] === OPS['OP_CHECKSIG']) {
    return { publicKeys, required: 1, isMultisig: false };
  }
  const [first, last, end] = [chunks[0], chunks.at(-2), chunks.at(-1)];
  if (end !== OPS['OP_CHECKMULTISIG'] || publicKeys.length !== chunks.length - 3) return undefined;
  if (typeof first !== 'number' || typeof last !== 'number') return undefined;
  const required = first - opSmallIntegerBase;
  const isSound = required >= 1 && required <= publicKeys.length && publicKeys.length <= keysMax;
  if (!isSound || last - opSmallIntegerBase !== publicKeys.length) return undefined;
  return { publicKeys, required, isMultisig: true };
}

function isCompressed(key: Uint8Array): boolean {
  return key.length === compressedKeyBytes;
}
