import { assert } from '../../domain/assert.ts';
import type { AccountKey, Address, KeyChain, OwnAddress } from '../../domain/bitcoin.ts';
import type { BitcoinLibrary } from './bitcoinLibrary.ts';
import { hex } from './bytes.ts';

/** P2WPKH addresses of an account, in the order of the indexes. */
export function addressesAt(
  { bitcoin, bip32, parameters }: BitcoinLibrary,
  accountKey: AccountKey,
  keyChain: KeyChain,
  indexes: readonly number[],
): readonly OwnAddress[] {
  const chainNode = bip32.fromBase58(accountKey, parameters).derive(keyChain);
  return indexes.map((index) => {
    const isIndex = Number.isInteger(index) && index >= 0 && index <= indexMax;
    assert(isIndex, () => `${index} is no index of an address`);
    const keyHash = bitcoin.crypto.hash160(chainNode.derive(index).publicKey);
    return {
      keyChain,
      index,
      address: bitcoin.address.toBech32(keyHash, 0, parameters.bech32) as Address,
      // OP_0 and a push of 20 bytes
      script: `0014${hex(keyHash)}`,
    };
  });
}

/** From 2^31 on keys are hardened, and no public key leads to them. */
const indexMax = 0x7fff_ffff;
