import type { Network } from '../../domain/bitcoin.ts';
import type { Bitcoin } from '../../ports/bitcoin.ts';
import { readAccountKey } from './accountKeys.ts';
import { loadBitcoinLibrary } from './bitcoinLibrary.ts';
import { buildPayout } from './buildPayout.ts';
import { finishPayout } from './finishPayout.ts';
import { addressesAt } from './ownAddresses.ts';
import { readAddress } from './readAddress.ts';
import { isSignedBy } from './signedMessage.ts';

/** Keys, addresses, messages and transactions of a network. Loads its packages when it is called. */
export async function openBitcoin(network: Network): Promise<Bitcoin> {
  const library = await loadBitcoinLibrary(network);
  return {
    network,
    readAccountKey: (text) => readAccountKey(library, text),
    addressesAt: (accountKey, keyChain, indexes) =>
      addressesAt(library, accountKey, keyChain, indexes),
    readAddress: (text) => readAddress(library, text),
    isSignedBy: (address, message, signature) => isSignedBy(library, address, message, signature),
    buildPayout: (plan, accountKey) => buildPayout(library, plan, accountKey),
    finishPayout: (sent, signed) => finishPayout(library, sent, signed),
  };
}
