import type { Address, AddressKind, ReadAddress } from '../../domain/bitcoin.ts';
import { accept, type Result, refuse } from '../../domain/result.ts';
import type { AddressFault } from '../../ports/bitcoin.ts';
import type { BitcoinLibrary } from './bitcoinLibrary.ts';
import { hex } from './bytes.ts';

/** Reads an address of the library's network. Segwit addresses come back in lower case. */
export function readAddress(
  library: BitcoinLibrary,
  text: string,
): Result<ReadAddress, AddressFault> {
  if (text.length < addressLengthMin || text.length > addressLengthMax) return refuse('malformed');
  try {
    return segwitPattern.test(text) ? readSegwit(library, text) : readBase58(library, text);
  } catch (error) {
    return refuse(isChecksumError(error) ? 'bad_checksum' : 'malformed');
  }
}

/** A witness program of 2 bytes makes 14 characters; BIP173 allows up to 90. */
const addressLengthMin = 14;
const addressLengthMax = 90;
const segwitPattern = /^(?:bc|tb|bcrt)1/i;
const witnessVersionMax = 16;

/** Version 0 has the checksum of BIP173, the others that of BIP350; mixed case has neither. */
function readSegwit(
  { bitcoin, ecc, parameters }: BitcoinLibrary,
  text: string,
): Result<ReadAddress, AddressFault> {
  const { version, prefix, data } = bitcoin.address.fromBech32(text);
  if (prefix.toLowerCase() !== parameters.bech32) return refuse('wrong_network');
  if (version > witnessVersionMax || data.length < 2 || data.length > 40) {
    return refuse('malformed');
  }
  if (version === 0) {
    if (data.length === 20) return acceptAs('p2wpkh', text.toLowerCase(), `0014${hex(data)}`);
    if (data.length === 32) return acceptAs('p2wsh', text.toLowerCase(), `0020${hex(data)}`);
    return refuse('malformed');
  }
  if (version !== 1 || data.length !== 32) return refuse('unknown_witness_version');
  // What is paid to a key that is not on the curve is lost.
  if (!ecc.isXOnlyPoint(data)) return refuse('malformed');
  return acceptAs('p2tr', text.toLowerCase(), `5120${hex(data)}`);
}

function readBase58(
  { bitcoin, parameters }: BitcoinLibrary,
  text: string,
): Result<ReadAddress, AddressFault> {
  const { version, hash } = bitcoin.address.fromBase58Check(text);
  // DUP HASH160 <20 bytes> EQUALVERIFY CHECKSIG, and HASH160 <20 bytes> EQUAL
  if (version === parameters.pubKeyHash) return acceptAs('p2pkh', text, `76a914${hex(hash)}88ac`);
  if (version === parameters.scriptHash) return acceptAs('p2sh', text, `a914${hex(hash)}87`);
  return refuse('wrong_network');
}

function acceptAs(kind: AddressKind, address: string, script: string): Result<ReadAddress, never> {
  return accept({ address: address as Address, kind, script });
}

function isChecksumError(error: unknown): boolean {
  return error instanceof Error && /^Invalid checksum|uses wrong encoding$/.test(error.message);
}
