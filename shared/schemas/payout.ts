import { Type } from 'typebox';
import { addressKinds, type FeeRate } from '../domain/bitcoin.ts';
import { type PayoutId, payoutStatuses } from '../domain/payout.ts';
import {
  amountSat,
  billingPeriod,
  closed,
  count,
  gridId,
  instant,
  oneOf,
  prosumerId,
} from './common.ts';

/** The least and the highest fee rate that a request may ask for, in satoshi per 1000 virtual bytes. */
export const feeRateSatPerKvbMin = 100;
export const feeRateSatPerKvbMax = 1_000_000;

/** The longest PSBT that is taken back, in characters of base64. */
export const psbtLengthMax = 4_000_000;

const addressLengthMax = 100;
const nonceLengthMax = 100;
const signatureLengthMax = 20_000;

const feeRate = Type.Unsafe<FeeRate>({
  type: 'integer',
  minimum: feeRateSatPerKvbMin,
  maximum: feeRateSatPerKvbMax,
  description: 'Fee rate. Satoshi per 1000 virtual bytes.',
});
const payoutId = Type.Unsafe<PayoutId>({ type: 'string', description: 'Id of the payout.' });
const txid = Type.String({ description: 'Id of the transaction.' });
const address = Type.String({ description: 'Bitcoin address.' });

export const PayoutCreate = Type.Object(
  { feeRateSatPerKvb: Type.Optional(feeRate) },
  closed('PayoutCreate', 'A payout to build; without a fee rate the network is asked for one.'),
);

export const PayoutSignature = Type.Object(
  {
    psbt: Type.String({
      minLength: 1,
      maxLength: psbtLengthMax,
      pattern: '^[A-Za-z0-9+/]+={0,2}\\s?$',
      description: 'The PSBT that was sent out, signed. Base64; a new line may end it.',
    }),
  },
  closed('PayoutSignature', 'The signed PSBT of a payout.'),
);

export const PayoutReplacement = Type.Object(
  { feeRateSatPerKvb: feeRate },
  closed('PayoutReplacement', 'A higher fee for a payout; its payees get what they got before.'),
);

const PayoutVersion = Type.Object(
  {
    txid,
    feeSat: amountSat('Its fee.'),
    feeRateSatPerKvb: feeRate,
    changeSat: amountSat('What goes back to the grid.'),
    builtAt: instant('When it was built.'),
    isSigned: Type.Boolean({ description: 'Did its signature come?' }),
  },
  { title: 'PayoutVersion', description: 'The transaction of a payout, or one that replaces it.' },
);

const PayoutPayee = Type.Object(
  {
    prosumerId,
    periods: Type.Array(billingPeriod('A billed period.'), { description: 'What it pays for.' }),
    address,
    amountSat: amountSat('What was owed.'),
    feeSat: amountSat('Its share of the fee: it gets the amount less this.'),
  },
  { title: 'PayoutPayee', description: 'A prosumer that a payout pays.' },
);

const fields = {
  id: payoutId,
  gridId,
  status: oneOf(payoutStatuses, 'How far it is; it never falls back.'),
  awaitsSignature: Type.Boolean({ description: 'Is its last version still to be signed?' }),
  txid: Type.String({ description: 'Id of its last version’s transaction.' }),
  anchor: Type.String({ description: 'Hash of the grid’s last trade, in an OP_RETURN of it.' }),
  payeeCount: count('Prosumers that it pays.'),
  amountSat: amountSat('What it pays, fees of payees included.'),
  feeSat: amountSat('Fee of its last version.'),
  createdAt: instant('When it was built.'),
  broadcastAt: Type.Optional(instant('When it went to the network.')),
  confirmed: Type.Optional(
    Type.Object(
      {
        txid,
        blockHash: Type.String({ description: 'Hash of the block.' }),
        at: instant('When that was noted.'),
      },
      { description: 'Which version was confirmed, and where.' },
    ),
  ),
  versions: Type.Array(PayoutVersion, {
    description: 'Oldest first; one of them at most confirms.',
  }),
};

/** A payout in a list. */
export const Payout = Type.Object(fields, {
  title: 'Payout',
  description: 'One transaction that pays many prosumers, signed outside.',
});

/** A payout on its own. */
export const PayoutWhole = Type.Object(
  { ...fields, payees: Type.Array(PayoutPayee, { description: 'Whom it pays.' }) },
  { title: 'PayoutWhole', description: 'A payout with its payees.' },
);

export const Payee = Type.Object(
  {
    gridId,
    prosumerId,
    period: billingPeriod('The billed period.'),
    amountSat: amountSat('What it is owed for that.'),
    payoutId: Type.Optional(payoutId),
  },
  { title: 'Payee', description: 'What a final run owes a prosumer; without a payout it waits.' },
);

const boundFields = {
  address,
  kind: oneOf(addressKinds, 'What kind of address it is.'),
  message: Type.String({ description: 'The text that was signed.' }),
  signature: Type.String({ description: 'Its BIP322 signature.' }),
  boundAt: instant('When it was bound.'),
  usableFrom: instant('From when on it is paid to.'),
};

export const PayoutAddress = Type.Object(
  {
    prosumerId,
    gridId,
    ...boundFields,
    before: Type.Optional(
      Type.Object(boundFields, { description: 'The address that is paid to until then.' }),
    ),
  },
  { title: 'PayoutAddress', description: 'Where a prosumer is paid.' },
);

const givenAddress = Type.String({
  minLength: 1,
  maxLength: addressLengthMax,
  description: 'P2WPKH, P2TR, P2WSH, P2SH or P2PKH address of the app’s network.',
});

export const PayoutAddressPut = Type.Object(
  {
    address: givenAddress,
    nonce: Type.String({
      minLength: 1,
      maxLength: nonceLengthMax,
      description: 'The nonce of the challenge.',
    }),
    signature: Type.String({
      minLength: 1,
      maxLength: signatureLengthMax,
      pattern: '^[A-Za-z0-9+/]+={0,2}$',
      description: 'BIP322 signature of the challenge’s message by the address. Base64.',
    }),
  },
  closed('PayoutAddressPut', 'An address with the proof that it is the prosumer’s own.'),
);

export const AddressChallengeCreate = Type.Object(
  { address: givenAddress },
  closed('AddressChallengeCreate', 'An address to ask a challenge for.'),
);

export const AddressChallenge = Type.Object(
  {
    address,
    nonce: Type.String({ description: 'To be sent back with the signature.' }),
    message: Type.String({ description: 'The text to sign, exactly.' }),
    expiresAt: instant('Until when it is taken.'),
  },
  { title: 'AddressChallenge', description: 'A text to be signed by an address.' },
);
