import { type Network, networks } from '../../shared/domain/bitcoin.ts';
import { manifestFormat, type PayoutManifest } from '../../shared/domain/payoutManifest.ts';
import { isJsonObject, type JsonObject } from '../jsonFields.ts';
import { SignerError } from './signerError.ts';

/** Satoshi that there can be, in digits. */
const satoshiPattern = /^(?:0|[1-9]\d{0,15})$/;
const hashPattern = /^[0-9a-f]{64}$/;
/** Of grids, prosumers and payouts: nothing that could look like something else in what is shown. */
const idPattern = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Reads a manifest, field by field. Throws SignerError where it is none of a form that is known. */
export function parseManifest(text: string): PayoutManifest {
  const root = objectAt(parseJson(text), 'the manifest');
  if (root['format'] !== manifestFormat) {
    throw new SignerError(
      `The manifest is not of the form ${manifestFormat}: use a signer that fits.`,
    );
  }
  const change = root['change'];
  return {
    format: manifestFormat,
    ...matching(root, ['gridId', 'payoutId', 'walletId'], idPattern),
    ...texts(root, ['accountKey']),
    network: networkOf(root),
    ...matching(root, ['txid', 'anchor'], hashPattern),
    ...matching(root, ['feeSat'], satoshiPattern),
    coins: listAt(root, 'coins').map(coinOf),
    payees: listAt(root, 'payees').map((payee) => ({
      ...matching(payee, ['prosumerId'], idPattern),
      ...texts(payee, ['address', 'message', 'signature']),
      ...matching(payee, ['amountSat', 'feeSat'], satoshiPattern),
    })),
    ...(change !== undefined && { change: changeOf(objectAt(change, 'change')) }),
    // Checked to be texts and numbers so far; what they say is held against the keys and the PSBT.
  } as unknown as PayoutManifest;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SignerError('The manifest is not JSON.', { cause });
  }
}

function coinOf(coin: JsonObject) {
  const keyChain = indexAt(coin, 'keyChain');
  if (keyChain > 1) throw new SignerError('The manifest has a coin of an unknown chain of keys.');
  return {
    ...matching(coin, ['txid'], hashPattern),
    ...matching(coin, ['amountSat'], satoshiPattern),
    vout: indexAt(coin, 'vout'),
    keyChain,
    index: indexAt(coin, 'index'),
  };
}

function changeOf(change: JsonObject) {
  return {
    index: indexAt(change, 'index'),
    ...texts(change, ['address']),
    ...matching(change, ['amountSat'], satoshiPattern),
  };
}

function networkOf(root: JsonObject): Network {
  const network = networks.find((name) => name === root['network']);
  if (network === undefined) throw new SignerError('The manifest names no bitcoin network.');
  return network;
}

function texts<Name extends string>(object: JsonObject, names: readonly Name[]) {
  return matching(object, names, /^[^\p{Cc}]{1,30000}$/u);
}

function matching<Name extends string>(
  object: JsonObject,
  names: readonly Name[],
  pattern: RegExp,
): Record<Name, string> {
  const entries = names.map((name) => {
    const value = object[name];
    if (typeof value === 'string' && pattern.test(value)) return [name, value] as const;
    throw new SignerError(`The manifest has no valid ${name}.`);
  });
  return Object.fromEntries(entries) as Record<Name, string>;
}

function indexAt(object: JsonObject, name: string): number {
  const value = object[name];
  if (Number.isInteger(value) && Number(value) >= 0 && Number(value) < 0x8000_0000) {
    return Number(value);
  }
  throw new SignerError(`The manifest has no valid ${name}.`);
}

function listAt(object: JsonObject, name: string): readonly JsonObject[] {
  const value = object[name];
  if (!Array.isArray(value)) throw new SignerError(`The manifest has no list of ${name}.`);
  return value.map((item) => objectAt(item, name));
}

function objectAt(value: unknown, name: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw new SignerError(`In ${name} there is no JSON object where one should be.`);
}
