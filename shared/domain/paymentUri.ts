import type { Address } from './bitcoin.ts';
import { accept, type Result, refuse } from './result.ts';
import type { Satoshi } from './units.ts';

/** What somebody is asked to pay. */
export type PaymentRequest = {
  readonly address: Address;
  readonly amountSat: Satoshi;
  /** Who is paid. */
  readonly label?: string;
  /** What for. */
  readonly message?: string;
};

/** A payment request as it was read. Whether its address exists, only its network can tell. */
export type ReadPaymentRequest = {
  readonly address: string;
  readonly amountSat?: Satoshi;
  readonly label?: string;
  readonly message?: string;
};

/** Why a payment URI is refused. */
export type PaymentUriFault = 'not_bitcoin' | 'malformed' | 'amount' | 'required_parameter';

/**
 * The URI of a payment request: BIP21, with the address in the path, where readers of BIP321 look for
 * it too. The amount is exact and in bitcoin, as in `amount=0.00001234`: without an exponent and
 * without zeros at its end.
 */
export function paymentUri({ address, amountSat, label, message }: PaymentRequest): string {
  const parts = [`amount=${bitcoinOf(amountSat)}`];
  if (label !== undefined) parts.push(`label=${encoded(label)}`);
  if (message !== undefined) parts.push(`message=${encoded(message)}`);
  return `bitcoin:${address}?${parts.join('&')}`;
}

/**
 * Reads a payment URI strictly: what is not understood and required, said twice or not exact is
 * refused. Scheme and names of parameters may be in either case, and so may a segwit address, as QR
 * codes have them; the address comes back in lower case then.
 */
export function readPaymentUri(text: string): Result<ReadPaymentRequest, PaymentUriFault> {
  if (text.length > uriLengthMax) return refuse('malformed');
  const [, path, query = ''] = /^bitcoin:([^?#]*)(?:\?([^#]*))?$/i.exec(text) ?? [];
  if (path === undefined) return refuse('not_bitcoin');
  const parameters = parametersOf(query);
  if (!addressPattern.test(path) || parameters === undefined) return refuse('malformed');
  for (const name of parameters.keys()) {
    if (name.startsWith('req-')) return refuse('required_parameter');
  }
  const amount = parameters.get('amount');
  const amountSat = amount === undefined ? undefined : satoshiOf(amount);
  if (amount !== undefined && amountSat === undefined) return refuse('amount');
  const label = parameters.get('label');
  const message = parameters.get('message');
  return accept({
    address: segwitPattern.test(path) ? path.toLowerCase() : path,
    ...(amountSat !== undefined && { amountSat }),
    ...(label !== undefined && { label }),
    ...(message !== undefined && { message }),
  });
}

const uriLengthMax = 2_000;
const addressPattern = /^[0-9A-Za-z]{14,90}$/;
/** In one case alone: a mix of them is for its network to refuse. */
const segwitPattern = /^(?:BC|TB|BCRT)1[0-9A-Z]+$/;
const satoshiPerBitcoin = 100_000_000n;
const amountDecimals = 8;
/** All bitcoins that there will be. */
const amountSatMax = 21_000_000n * satoshiPerBitcoin;

function bitcoinOf(amountSat: Satoshi): string {
  const whole = amountSat / satoshiPerBitcoin;
  const part = String(amountSat % satoshiPerBitcoin).padStart(amountDecimals, '0');
  const decimals = part.replace(/0+$/, '');
  return decimals === '' ? `${whole}` : `${whole}.${decimals}`;
}

/** Half a surrogate pair has no UTF-8. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function satoshiOf(amount: string): Satoshi | undefined {
  const [, whole, part = ''] = /^(\d{1,8})(?:\.(\d{1,8}))?$/.exec(amount) ?? [];
  if (whole === undefined) return undefined;
  const amountSat = BigInt(whole) * satoshiPerBitcoin + BigInt(part.padEnd(amountDecimals, '0'));
  return amountSat > 0n && amountSat <= amountSatMax ? (amountSat as Satoshi) : undefined;
}

/** Those of BIP21, which stand at most once; nothing reads the others. */
const singleParameters: readonly string[] = ['amount', 'label', 'message'];

/** Undefined where one stands twice that must not, or is not encoded as it must be. */
function parametersOf(query: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const part of query.split('&')) {
    if (part === '') continue;
    const [name = '', ...values] = part.split('=');
    const key = decoded(name)?.toLowerCase();
    const value = decoded(values.join('='));
    if (key === undefined || value === undefined) return undefined;
    if (parameters.has(key) && singleParameters.includes(key)) return undefined;
    parameters.set(key, value);
  }
  return parameters;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
