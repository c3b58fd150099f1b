import { type Static, Type } from 'typebox';
import { counterparties, lineKinds } from '../domain/accountLine.ts';
import {
  accountId,
  amountSat,
  amountUsat,
  billingPeriod,
  closed,
  count,
  gridId,
  hash,
  instant,
  oneOf,
  sumWh,
  tradePriceMsatPerKwh,
} from './common.ts';

/** A line of a bill: its amount is energy × price, exactly. */
export const BillingLine = Type.Object(
  {
    kind: oneOf(lineKinds, 'Energy sold or bought, or the grid’s fee on energy bought.'),
    counterparty: oneOf(counterparties, 'With whom.'),
    priceMsatPerKwh: tradePriceMsatPerKwh('The price, of a fee the grid’s fee.'),
    energyWh: sumWh('Energy that it is about.'),
    amountUsat: amountUsat(
      'What it moves the balance by: energy × price, negative where it is paid.',
    ),
  },
  {
    title: 'BillingLine',
    description: 'Trades of an account with all but their energy in common.',
  },
);

/** The money of an account in a run: b = carry + postings + payments = billed × 1e6 + rest. */
const billedFields = {
  carryUsat: amountUsat('The rest of the run before.'),
  postingsUsat: amountUsat('Σ of its lines.'),
  paymentsUsat: amountUsat('What was paid too much, less what was billed and voided.'),
  balanceUsat: amountUsat('carry + postings + payments.'),
  billedSat: amountSat('The whole satoshi of it: negative is an invoice, positive a payout.'),
  restUsat: amountUsat('What is carried over.'),
};
const lines = Type.Array(BillingLine, { description: 'Its lines.' });

export const BillingAccount = Type.Object(
  { accountId: accountId('A prosumer, `mini-grid` or `power-plant`.'), ...billedFields, lines },
  { title: 'BillingAccount', description: 'An account in a billing run.' },
);

export const BillingRunCreate = Type.Object(
  { period: billingPeriod('The period to bill.') },
  closed('BillingRunCreate', 'A period to preview.'),
);

export const BillingRun = Type.Object(
  {
    gridId,
    period: billingPeriod('The period.'),
    from: instant('Start of its first timeframe.'),
    to: instant('Its end.'),
    status: oneOf(['preview', 'final'], '`preview` can be repeated, `final` never changes.'),
    finalizedAt: Type.Optional(instant('When it became final.')),
    blockedBy: Type.Optional(
      Type.String({ description: 'Why a preview cannot become final yet: the code of a problem.' }),
    ),
    closingNumber: count('The last closing of the period.'),
    hash: hash('Hash of the last trade up to that closing.'),
    previousPeriod: Type.Optional(billingPeriod('The final run before.')),
    accountCount: count('Accounts.'),
    invoiceCount: count('Invoices.'),
    payoutCount: count('Prosumers to be paid.'),
    invoicesSat: amountSat('Σ of the invoices.'),
    payoutsSat: amountSat('Σ of what prosumers are to be paid.'),
    miniGridSat: amountSat('What the mini grid gets, or gives where it is negative.'),
    powerPlantSat: amountSat('What the power plant gets, or gives where it is negative.'),
    carriedUsat: amountUsat('What prosumers and the power plant carry over.'),
    miniGridCarriedUsat: amountUsat('What the mini grid carries over.'),
    sumSat: amountSat('Payouts + mini grid + power plant − invoices: always 0.'),
    sumCarriedUsat: amountUsat('Σ of all that is carried over: always 0.'),
  },
  { title: 'BillingRun', description: 'What a mini grid bills for a month.' },
);

const OpenInvoice = Type.Object(
  {
    id: Type.String({ description: 'Id of the invoice.' }),
    period: billingPeriod('The period that it bills.'),
    amountSat: amountSat('What it is about.'),
    outstandingSat: amountSat('What is left to pay.'),
    dueAt: instant('When it is due.'),
  },
  { title: 'OpenInvoice', description: 'An invoice that is not wholly paid.' },
);

export const AmountDue = Type.Object(
  {
    prosumerId: accountId('The prosumer.'),
    gridId,
    asOf: instant('When it was computed.'),
    amountUsat: amountUsat(
      'What it would have to pay, exactly; negative is what it would be paid.',
    ),
    amountSat: amountSat('The whole satoshi of it that would be billed now.'),
    ...billedFields,
    minimumSat: amountSat('Less than this is carried over instead.'),
    lines,
    payments: Type.Array(
      Type.Object({
        invoiceId: Type.String({ description: 'The invoice.' }),
        amountSat: amountSat('By how much it counts for more or less than it was billed.'),
      }),
      { description: 'Invoices that were paid too much or voided since the last run.' },
    ),
    openInvoices: Type.Array(OpenInvoice, { description: 'What was billed and is not paid.' }),
    outstandingSat: amountSat('Σ of what is left to pay of them.'),
  },
  { title: 'AmountDue', description: 'What would be billed now, and what was billed and is open.' },
);

export const Statement = Type.Object(
  {
    gridId,
    period: billingPeriod('The period.'),
    from: instant('Start of the period.'),
    to: instant('Its end.'),
    prosumerId: accountId('The prosumer.'),
    lines,
    ...billedFields,
    invoiceId: Type.Optional(Type.String({ description: 'The invoice, where it has one.' })),
    closingNumber: count('The last closing of the period.'),
    hash: hash('Hash of the last trade up to that closing.'),
  },
  {
    title: 'Statement',
    description:
      'A prosumer’s bill for a period. `GET /trades?prosumerId=` gives the trades to compute it from.',
  },
);
export type StatementBody = Static<typeof Statement>;

export const DepositAddress = Type.Object(
  {
    address: Type.String({
      description: 'An address of the grid’s wallet that was never shown before.',
    }),
    index: count('Its index on the receive chain of the account.'),
  },
  { title: 'DepositAddress', description: 'Where the operator fills the grid’s wallet.' },
);
