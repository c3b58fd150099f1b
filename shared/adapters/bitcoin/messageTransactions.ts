import { hash } from 'node:crypto';
import type { Transaction } from 'bitcoinjs-lib';
import type { BitcoinLibrary } from './bitcoinLibrary.ts';

/** The two transactions of BIP322: signing a message is spending the first by the second. */
export type MessageTransactions = { readonly toSpend: Transaction; readonly toSign: Transaction };

/** The transactions that stand for a message to an output script. The second is not signed. */
export function messageTransactions(
  { bitcoin }: Pick<BitcoinLibrary, 'bitcoin'>,
  script: Uint8Array,
  message: string,
): MessageTransactions {
  const toSpend = new bitcoin.Transaction();
  toSpend.version = 0;
  // OP_0 and a push of the 32 bytes of the message's hash
  const challenge = Uint8Array.from([0x00, 0x20, ...messageHash(message)]);
  toSpend.addInput(new Uint8Array(32), 0xffff_ffff, 0, challenge);
  toSpend.addOutput(script, 0n);
  const toSign = new bitcoin.Transaction();
  toSign.version = 0;
  toSign.addInput(toSpend.getHash(), 0, 0);
  toSign.addOutput(opReturn, 0n);
  return { toSpend, toSign };
}

/** The tagged hash of a message (BIP340), over its UTF-8. */
export function messageHash(message: string): Uint8Array {
  return hash('sha256', Buffer.concat([tag, tag, Buffer.from(message, 'utf8')]), 'buffer');
}

/** The one output of what is signed. */
export const opReturn = Uint8Array.of(0x6a);

const tag = hash('sha256', 'BIP0322-signed-message', 'buffer');
