import { type AuthSettings, authSettings, refuseOpen } from './config/authSettings.ts';
import { type BitcoinSettings, bitcoinSettings } from './config/bitcoinSettings.ts';
import { type ServiceBusSettings, serviceBusSettings } from './config/busSettings.ts';
import { type ClockSettings, clockSettings } from './config/clockSettings.ts';
import { type CosmosSettings, cosmosSettings } from './config/cosmosSettings.ts';
import { type BlobSettings, documentSettings } from './config/documentSettings.ts';
import { type Environment, optional, SettingsError } from './config/environment.ts';
import { type LimitSettings, limitSettings } from './config/limitSettings.ts';
import { type RateSettings, rateSettings } from './config/rateSettings.ts';
import { refusePrivateKeys } from './config/refusePrivateKeys.ts';
import { type SqlSettings, sqlSettings } from './config/sqlSettings.ts';

/**
 * Everything the environment decides, read once. Each store is chosen by itself: it is the one in
 * Azure, or an emulator of it, where a setting names that, and the embedded one where none does.
 */
export type Settings = {
  /** Smart Grid Info and Trader Info. */
  readonly documents: EmbeddedSettings | CosmosSettings;
  /** Prosumer Info. */
  readonly prosumerInfo: EmbeddedSettings | SqlSettings;
  /** What billing writes once: final runs, statements, transactions to be signed. */
  readonly billingDocuments: EmbeddedSettings | BlobSettings;
  readonly bus: EmbeddedSettings | ServiceBusSettings;
  readonly queues: { readonly timeframes: string; readonly trades: string };
  readonly bitcoin: BitcoinSettings;
  /** Undefined: prices are given in millisatoshi only. */
  readonly rates: RateSettings | undefined;
  readonly clock: ClockSettings;
  readonly auth: AuthSettings;
  readonly limits: LimitSettings;
};

/** An embedded store, and the directory of its file. */
export type EmbeddedSettings = { readonly kind: 'embedded'; readonly directory: string };

const queueNamePattern = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,259}$/;

/**
 * Reads the settings. Throws SettingsError for the first that is missing or wrong, and before all
 * for a private key anywhere in the environment.
 */
export function readSettings(environment: Environment): Settings {
  refusePrivateKeys(environment);
  const settings: Settings = {
    documents:
      cosmosSettings(environment) ??
      embedded(environment, 'COSMOS_ENDPOINT', 'Smart Grid Info and Trader Info'),
    prosumerInfo: sqlSettings(environment) ?? embedded(environment, 'SQL_SERVER', 'Prosumer Info'),
    billingDocuments:
      documentSettings(environment) ??
      embedded(environment, 'BLOB_ENDPOINT', 'the documents of billing'),
    bus:
      serviceBusSettings(environment) ??
      embedded(environment, 'SERVICE_BUS__fullyQualifiedNamespace', 'the queues'),
    queues: {
      timeframes: queueName(environment, 'TIMEFRAMES_QUEUE', 'timeframes'),
      trades: queueName(environment, 'TRADES_QUEUE', 'trades'),
    },
    bitcoin: bitcoinSettings(environment),
    rates: rateSettings(environment),
    clock: clockSettings(environment),
    auth: authSettings(environment),
    limits: limitSettings(environment),
  };
  if (settings.queues.timeframes === settings.queues.trades) {
    throw new SettingsError('TIMEFRAMES_QUEUE and TRADES_QUEUE name the same queue.');
  }
  refuseFastClock(settings);
  refuseOpen(settings.auth, environment, isAllLocal(settings));
  return settings;
}

function embedded(environment: Environment, setting: string, content: string): EmbeddedSettings {
  const directory = optional(environment, 'DATA_DIR');
  if (directory !== undefined) return { kind: 'embedded', directory };
  throw new SettingsError(
    `Neither ${setting} nor DATA_DIR is set: ${content} must be in Azure or in a directory.`,
  );
}

/** Is everything stored on this machine, in embedded stores or in emulators? */
function isAllLocal({ documents, prosumerInfo, billingDocuments, bus }: Settings): boolean {
  const stores = [documents, prosumerInfo, billingDocuments, bus];
  return stores.every((store) => store.kind === 'embedded' || store.access.kind !== 'identity');
}

/** Made-up time is for a machine of one's own: it must never close what real meters report. */
function refuseFastClock({ clock, bitcoin, ...parts }: Settings): void {
  const { documents, prosumerInfo, billingDocuments, bus } = parts;
  const stores = [documents, prosumerInfo, billingDocuments, bus];
  const isEmbedded = stores.every(({ kind }) => kind === 'embedded');
  const isRegtest = bitcoin.chain === undefined || bitcoin.network === 'regtest';
  if (clock.kind === 'system' || (isEmbedded && isRegtest)) return;
  throw new SettingsError(
    'CLOCK_SPEED and its fellows are accepted with embedded stores and on regtest only.',
  );
}

function queueName(environment: Environment, name: string, byDefault: string): string {
  const value = optional(environment, name) ?? byDefault;
  if (queueNamePattern.test(value)) return value;
  throw new SettingsError(`${name} is "${value}", which is no name of a queue.`);
}
