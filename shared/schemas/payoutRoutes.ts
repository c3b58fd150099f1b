import { only } from '../domain/access.ts';
import type { PayoutId } from '../domain/payout.ts';
import { DepositAddress } from './billing.ts';
import { pathId } from './common.ts';
import { pageOf, pageParameters } from './page.ts';
import {
  AddressChallenge,
  AddressChallengeCreate,
  Payee,
  Payout,
  PayoutAddress,
  PayoutAddressPut,
  PayoutCreate,
  PayoutReplacement,
  PayoutSignature,
  PayoutWhole,
  psbtLengthMax,
} from './payout.ts';
import { gridInPath, ofGrid, ofProsumer, parameters, raw } from './routeParameters.ts';
import type { RouteSpec } from './routeSpec.ts';

const signatureBytesMax = psbtLengthMax + 1024;
const ofPayout = parameters({ ...gridInPath, payoutId: pathId<PayoutId>('Id of a payout.') });

/** Payouts, and the addresses that they go to and come from. */
export const payoutRoutes = {
  gridPayouts: {
    path: 'grids/{gridId}/payouts',
    params: ofGrid,
    methods: {
      GET: {
        summary: 'List the payouts of a mini grid',
        tag: 'Billing',
        access: only('path', 'operator'),
        query: parameters(pageParameters),
        answers: { 200: pageOf(Payout) },
      },
      POST: {
        summary: 'Build a payout for all who wait and can be paid',
        tag: 'Billing',
        keptIn: 'Prosumer Info',
        access: only('path', 'operator'),
        body: PayoutCreate,
        answers: { 201: PayoutWhole },
      },
    },
  },
  gridPayout: {
    path: 'grids/{gridId}/payouts/{payoutId}',
    params: ofPayout,
    methods: {
      GET: {
        summary: 'Show a payout with its payees',
        tag: 'Billing',
        access: only('path', 'operator'),
        answers: { 200: PayoutWhole },
      },
    },
  },
  gridPayoutPsbt: {
    path: 'grids/{gridId}/payouts/{payoutId}/psbt',
    params: ofPayout,
    methods: {
      GET: {
        summary: 'The PSBT to sign, of the last version',
        tag: 'Billing',
        access: only('path', 'operator'),
        answers: { 200: raw(['text/plain'], 'A PSBT of version 0 as base64.') },
      },
    },
  },
  gridPayoutManifest: {
    path: 'grids/{gridId}/payouts/{payoutId}/manifest',
    params: ofPayout,
    methods: {
      GET: {
        summary: 'What a signer needs to check the PSBT of the last version',
        tag: 'Billing',
        access: only('path', 'operator'),
        answers: { 200: raw(['application/json'], 'Payees with their proofs, change and sums.') },
      },
    },
  },
  gridPayoutSignature: {
    path: 'grids/{gridId}/payouts/{payoutId}/signature',
    params: ofPayout,
    isConditional: true,
    methods: {
      POST: {
        summary: 'Hand back the signed PSBT: it goes to the network',
        tag: 'Billing',
        keptIn: 'Prosumer Info',
        access: only('path', 'operator'),
        body: PayoutSignature,
        maxBodyBytes: signatureBytesMax,
        answers: { 200: PayoutWhole },
      },
    },
  },
  gridPayoutReplacement: {
    path: 'grids/{gridId}/payouts/{payoutId}/replacement',
    params: ofPayout,
    isConditional: true,
    methods: {
      POST: {
        summary: 'Build a version with a higher fee, to be signed',
        tag: 'Billing',
        keptIn: 'Prosumer Info',
        access: only('path', 'operator'),
        body: PayoutReplacement,
        answers: { 200: PayoutWhole },
      },
    },
  },
  gridPayees: {
    path: 'grids/{gridId}/payees',
    params: ofGrid,
    methods: {
      GET: {
        summary: 'List what final runs owe prosumers, paid out or waiting',
        tag: 'Billing',
        access: only('path', 'operator'),
        query: parameters(pageParameters),
        answers: { 200: pageOf(Payee) },
      },
    },
  },
  gridDepositAddresses: {
    path: 'grids/{gridId}/deposit-addresses',
    params: ofGrid,
    methods: {
      POST: {
        summary: 'Get a fresh address to fill the wallet of a mini grid at',
        tag: 'Billing',
        keptIn: 'Prosumer Info',
        access: only('path', 'operator'),
        answers: { 200: DepositAddress },
      },
    },
  },
  payoutAddress: {
    path: 'prosumers/{prosumerId}/payout-address',
    params: ofProsumer,
    isConditional: true,
    methods: {
      GET: {
        summary: 'Show where a prosumer is paid',
        tag: 'Billing',
        access: only('path', 'operator', 'self'),
        answers: { 200: PayoutAddress },
      },
      PUT: {
        summary: 'Bind an address by the signature of its challenge',
        tag: 'Billing',
        access: only('path', 'operator', 'self'),
        body: PayoutAddressPut,
        answers: { 200: PayoutAddress },
      },
    },
  },
  payoutAddressChallenge: {
    path: 'prosumers/{prosumerId}/payout-address/challenge',
    params: ofProsumer,
    methods: {
      POST: {
        summary: 'Ask for a text to sign, to bind an address',
        tag: 'Billing',
        keptIn: 'Prosumer Info',
        access: only('path', 'operator', 'self'),
        body: AddressChallengeCreate,
        answers: { 200: AddressChallenge },
      },
    },
  },
} as const satisfies Record<string, RouteSpec>;
