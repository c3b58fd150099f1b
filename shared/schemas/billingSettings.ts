import { type Static, type TOptional, Type } from 'typebox';
import { closed, oneOf } from './common.ts';

const wholeSat = (description: string) =>
  Type.String({
    pattern: '^(?:0|[1-9]\\d{0,14})$',
    description: `${description} Satoshi, as a decimal string.`,
  });

/** How a grid is billed and paid; what is left out has its default. */
const billingFields = {
  confirmations: Type.Array(
    Type.Object(
      {
        fromSat: wholeSat('Payments from this amount on.'),
        confirmations: Type.Integer({
          minimum: 1,
          maximum: 100,
          description: 'Confirmations at which they are credited.',
        }),
      },
      { additionalProperties: false },
    ),
    {
      minItems: 1,
      maxItems: 10,
      description: 'Confirmations by amount, the first from 0 on: [{ "fromSat": "0", … }].',
    },
  ),
  dueDays: Type.Integer({ minimum: 0, maximum: 365, description: 'Days until an invoice is due.' }),
  minimumSat: wholeSat('Less than this is carried over instead of billed.'),
  payoutFeePaidBy: oneOf(['payees', 'operator'], 'Who pays the fee of a payout.'),
  addressCooldownHours: Type.Integer({
    minimum: 0,
    maximum: 720,
    description: 'Hours until a changed payout address is used.',
  }),
};
const accountKey = (type: 'string' | ['string', 'null']) =>
  Type.Unsafe<string | null>({
    type,
    minLength: 1,
    maxLength: 200,
    description:
      'Extended public key of the grid’s account (BIP84): xpub or zpub, of test networks tpub or vpub. Never a private key.',
  });

export const BillingSettingsInput = Type.Object(
  {
    accountKey: Type.Optional(accountKey(['string', 'null'])),
    ...(Object.fromEntries(
      Object.entries(billingFields).map(([name, of]) => [name, Type.Optional(of)]),
    ) as { [F in keyof typeof billingFields]: TOptional<(typeof billingFields)[F]> }),
  },
  closed('BillingSettings', 'How a mini grid bills. What is left out stays as it is.'),
);

export type BillingInput = Static<typeof BillingSettingsInput>;

export const BillingSettings = Type.Object(
  {
    accountKey: Type.Optional(Type.String({ description: 'The grid’s account.' })),
    ...billingFields,
  },
  { title: 'Billing', description: 'How a mini grid bills.' },
);
