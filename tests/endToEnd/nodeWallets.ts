import { satoshiOf } from '../../shared/adapters/bitcoin/core/coreJson.ts';
import type { CoreCall, CoreRpc } from '../../shared/adapters/bitcoin/core/coreRpc.ts';

/** What a node makes addresses of. */
export const nodeAddressKinds = ['bech32', 'bech32m', 'p2sh-segwit', 'legacy'] as const;
export type NodeAddressKind = (typeof nodeAddressKinds)[number];

export type NodePayment = { readonly address: string; readonly amountSat: bigint };

/** A wallet that the node keeps, with its private keys: somebody who pays, is paid or signs. */
export type NodeWallet = {
  newAddress(kind?: NodeAddressKind): Promise<string>;
  /** Pays exactly so much in one transaction; answers its id. */
  pay(...payments: readonly NodePayment[]): Promise<string>;
  /** The same payments by a transaction with a higher fee that takes its place; answers its id. */
  raiseFee(txid: string): Promise<string>;
  /** Takes an unconfirmed payment back, by one to the wallet itself; answers its id. */
  takeBack(txid: string): Promise<string>;
  /** What is in blocks and can be spent. */
  balanceSat(): Promise<bigint>;
  /** Σ that an address of the wallet has received in blocks. */
  receivedSat(address: string): Promise<bigint>;
  /** What a transaction of the wallet moved, without the fee that the wallet paid for it. */
  movedSat(txid: string): Promise<{ readonly amountSat: bigint; readonly feeSat: bigint }>;
  /** Signs a message for an address of the wallet. Knots does so for every kind, Core for legacy alone. */
  signMessage(address: string, message: string): Promise<string>;
  /** Signs and finalises all inputs of a PSBT. Throws where the wallet cannot. */
  signPsbt(psbt: string): Promise<string>;
};

const feeRateSatPerVb = 3;
const raisedSatPerVb = 20;

/** Makes a wallet in the node. With descriptors it has the keys of these alone. */
export async function createNodeWallet(
  rpc: CoreRpc,
  name: string,
  descriptors: readonly string[] = [],
): Promise<NodeWallet> {
  const isBlank = descriptors.length > 0;
  // name, disable_private_keys, blank, passphrase, avoid_reuse, descriptors, load_on_startup
  await rpc.call(['createwallet', name, false, isBlank, '', false, true, true]);
  if (isBlank) await importKeys(rpc, name, descriptors);
  return openNodeWallet(rpc, name);
}

type Call = (...request: CoreCall) => Promise<unknown>;

function openNodeWallet(rpc: CoreRpc, name: string): NodeWallet {
  const call: Call = (...request) => rpc.call(request, name);
  const replace = async (txid: string, options: object) => {
    const withFee = { fee_rate: raisedSatPerVb, ...options };
    return textIn(await call('bumpfee', txid, withFee), 'txid');
  };
  const newAddress = async (kind: NodeAddressKind = 'bech32') =>
    String(await call('getnewaddress', '', kind));
  return {
    newAddress,
    async pay(...payments) {
      const outputs = payments.map(({ address, amountSat }) => ({
        [address]: bitcoinOf(amountSat),
      }));
      // conf_target, estimate_mode, fee_rate
      const sent = await call('send', outputs, null, 'unset', feeRateSatPerVb);
      return textIn(sent, 'txid');
    },
    raiseFee: (txid) => replace(txid, {}),
    async takeBack(txid) {
      const { amountSat } = await movedIn(call, txid);
      const outputs = [{ [await newAddress()]: bitcoinOf(-amountSat) }];
      return replace(txid, { outputs });
    },
    async balanceSat() {
      const { mine } = (await call('getbalances')) as {
        readonly mine: { readonly trusted: string };
      };
      return satoshiOf(mine.trusted);
    },
    receivedSat: async (address) => satoshiOf(await call('getreceivedbyaddress', address)),
    movedSat: (txid) => movedIn(call, txid),
    signMessage: async (address, message) => String(await call('signmessage', address, message)),
    async signPsbt(psbt) {
      const signed = await call('walletprocesspsbt', psbt);
      if (textIn(signed, 'complete') !== 'true') throw new Error('not all inputs could be signed');
      return textIn(signed, 'psbt');
    },
  };
}

/** As the node takes an amount without a double coming into it. */
function bitcoinOf(amountSat: bigint): string {
  const digits = amountSat.toString().padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
const decimals = 8;

async function movedIn(call: Call, txid: string) {
  const { amount, fee } = (await call('gettransaction', txid)) as {
    readonly amount: string;
    readonly fee?: string;
  };
  return { amountSat: satoshiOf(amount), feeSat: fee === undefined ? 0n : -satoshiOf(fee) };
}

async function importKeys(
  rpc: CoreRpc,
  name: string,
  descriptors: readonly string[],
): Promise<void> {
  const requests: object[] = [];
  for (const descriptor of descriptors) {
    const checksum = textIn(await rpc.call(['getdescriptorinfo', descriptor]), 'checksum');
    const range = descriptor.includes('*') ? { range: [0, keysImported - 1] } : {};
    requests.push({ desc: `${descriptor}#${checksum}`, timestamp: 'now', ...range });
  }
  const results = await rpc.call(['importdescriptors', requests], name);
  const isImported = (result: unknown) => textIn(result, 'success') === 'true';
  if (!Array.isArray(results) || !results.every(isImported)) {
    throw new Error(JSON.stringify(results));
  }
}
const keysImported = 100;

function textIn(answer: unknown, field: string): string {
  return String((answer as Readonly<Record<string, unknown>>)[field]);
}
