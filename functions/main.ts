import { app } from '@azure/functions';
import { sha256 } from '../shared/adapters/digest.ts';
import { isTransient } from '../shared/adapters/isTransient.ts';
import { openPorts } from '../shared/adapters/openPorts.ts';
import { isAuthClosed } from '../shared/config/authSettings.ts';
import { refusePrivateKeys } from '../shared/config/refusePrivateKeys.ts';
import { readSettings } from '../shared/config.ts';
import { amountDue } from './amountDue.ts';
import { billingRun, billingRunFinalize } from './billingRun.ts';
import { billingRunAccounts } from './billingRunAccounts.ts';
import { billingRunExport, billingRunStatement } from './billingRunDocuments.ts';
import { billingRuns } from './billingRuns.ts';
import { closeTimeframeQueue } from './closeTimeframe.ts';
import { closeTimeframesTimer } from './closeTimeframes.ts';
import { completeBillingTimer } from './completeBilling.ts';
import { currentLog, logWithInvocation } from './currentLog.ts';
import { docs } from './docs.ts';
import { erasePersonalDataTimer } from './erasePersonalData.ts';
import { followChainTimer } from './followChain.ts';
import { grid } from './grid.ts';
import { gridAccounts } from './gridAccounts.ts';
import { gridAudit } from './gridAudit.ts';
import { gridCompleteness } from './gridCompleteness.ts';
import { gridDepositAddresses } from './gridDepositAddresses.ts';
import { gridExports } from './gridExports.ts';
import { gridNetto } from './gridNetto.ts';
import { gridPayees } from './gridPayees.ts';
import {
  gridPayout,
  gridPayoutManifest,
  gridPayoutPsbt,
  gridPayoutReplacement,
  gridPayoutSignature,
} from './gridPayout.ts';
import { gridPayouts } from './gridPayouts.ts';
import { gridProsumers } from './gridProsumers.ts';
import { gridQuote } from './gridQuote.ts';
import { gridReadings } from './gridReadings.ts';
import { grids } from './grids.ts';
import { gridTariff } from './gridTariff.ts';
import { gridTariffs } from './gridTariffs.ts';
import { gridTimeframe } from './gridTimeframe.ts';
import { gridTimeframes } from './gridTimeframes.ts';
import { healthLive } from './healthLive.ts';
import { healthReady } from './healthReady.ts';
import { httpFunctions } from './httpFunctions.ts';
import { invoice, invoiceQr, invoiceVoid } from './invoice.ts';
import { invoices } from './invoices.ts';
import { openapi } from './openapi.ts';
import { order } from './order.ts';
import { orders } from './orders.ts';
import { payoutAddress, payoutAddressChallenge } from './payoutAddress.ts';
import { openOnce } from './ports.ts';
import { prosumer, prosumerErasure } from './prosumer.ts';
import { prosumerExplain } from './prosumerExplain.ts';
import { prosumerNetto } from './prosumerNetto.ts';
import { prosumers } from './prosumers.ts';
import { prosumerTransactions } from './prosumerTransactions.ts';
import { recordTradesQueue } from './recordTrades.ts';
import { trade } from './trade.ts';
import { trades } from './trades.ts';

// With a private key at hand nothing starts at all; other settings are read when they are needed.
refusePrivateKeys(process.env);
const { ports, close } = openOnce(async () => openPorts(readSettings(process.env), currentLog));
app.hook.preInvocation(logWithInvocation);
app.hook.appTerminate(close);
const isClosed = () => isAuthClosed(process.env);
const { http, httpAlone } = httpFunctions(ports, isTransient, isClosed, sha256);

// Smart Grid Info
http('grids', grids);
http('grid', grid);
http('gridProsumers', gridProsumers);
http('gridNetto', gridNetto);
http('gridTimeframes', gridTimeframes);
http('gridTimeframe', gridTimeframe);
http('gridReadings', gridReadings);
http('gridTariffs', gridTariffs);
http('gridTariff', gridTariff);
http('gridCompleteness', gridCompleteness);
http('gridAudit', gridAudit);

// Prosumer Info
http('prosumers', prosumers);
http('prosumer', prosumer);
http('prosumerErasure', prosumerErasure);
http('prosumerTransactions', prosumerTransactions);
http('prosumerNetto', prosumerNetto);
http('prosumerExplain', prosumerExplain);
http('gridAccounts', gridAccounts);

// Trader Info
http('trades', trades);
http('trade', trade);
http('gridQuote', gridQuote);
http('orders', orders);
http('order', order);

// Exports
http('gridExports', gridExports);

// Billing
http('amountDue', amountDue);
http('gridDepositAddresses', gridDepositAddresses);
http('billingRuns', billingRuns);
http('billingRun', billingRun);
http('billingRunFinalize', billingRunFinalize);
http('billingRunAccounts', billingRunAccounts);
http('billingRunExport', billingRunExport);
http('billingRunStatement', billingRunStatement);
http('invoices', invoices);
http('invoice', invoice);
http('invoiceVoid', invoiceVoid);
http('invoiceQr', invoiceQr);
http('gridPayees', gridPayees);
http('gridPayouts', gridPayouts);
http('gridPayout', gridPayout);
http('gridPayoutPsbt', gridPayoutPsbt);
http('gridPayoutManifest', gridPayoutManifest);
http('gridPayoutSignature', gridPayoutSignature);
http('gridPayoutReplacement', gridPayoutReplacement);
http('payoutAddress', payoutAddress);
http('payoutAddressChallenge', payoutAddressChallenge);

// Operations
httpAlone('openapi', openapi());
httpAlone('docs', docs());
httpAlone('healthLive', healthLive());
httpAlone('healthReady', healthReady(ports));

// The flow of a timeframe
app.timer('closeTimeframes', {
  schedule: '0 * * * * *',
  handler: closeTimeframesTimer(ports),
});
app.timer('completeBilling', {
  schedule: '40 * * * * *',
  handler: completeBillingTimer(ports),
});
app.timer('followChain', {
  schedule: '20 * * * * *',
  handler: followChainTimer(ports),
});
app.timer('erasePersonalData', {
  schedule: '0 30 * * * *',
  handler: erasePersonalDataTimer(ports),
});
app.serviceBusQueue('closeTimeframe', {
  connection: 'SERVICE_BUS',
  queueName: '%TIMEFRAMES_QUEUE%',
  handler: closeTimeframeQueue(ports),
});
app.serviceBusQueue('recordTrades', {
  connection: 'SERVICE_BUS',
  queueName: '%TRADES_QUEUE%',
  handler: recordTradesQueue(ports),
});
