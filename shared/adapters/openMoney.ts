import type { ChainSettings, CoreSettings, EsploraSettings } from '../config/bitcoinSettings.ts';
import type { Settings } from '../config.ts';
import type { Bitcoin } from '../ports/bitcoin.ts';
import type { Chain } from '../ports/chain.ts';
import type { Clock } from '../ports/clock.ts';
import type { Health } from '../ports/health.ts';
import type { Ports } from '../ports/ports.ts';
import type { RateSource } from '../ports/rateSource.ts';
import { qrCodes } from './bitcoin/qrCode.ts';

/** What bills are drawn up in and paid with. */
export type Money = Pick<Ports, 'bitcoin' | 'chain' | 'rates' | 'qrCodes'> & {
  readonly health: readonly Health[];
  /** Closes the chain, where it is one of our own; a repeat changes nothing. */
  close(): void;
};

/** Opens what computes with bitcoin, what follows its chain, and the source of rates. */
export async function openMoney(
  { bitcoin: settings, rates: rateSettings }: Pick<Settings, 'bitcoin' | 'rates'>,
  clock: Clock,
): Promise<Money> {
  const { openBitcoin } = await import('./bitcoin/openBitcoin.ts');
  const bitcoin = await openBitcoin(settings.network);
  const rates = await openRates(rateSettings, clock);
  const followed = await follow(settings.chain, bitcoin, clock);
  return { bitcoin, ...(rates && { rates }), qrCodes: qrCodes(), ...followed };
}

/** What follows a chain elsewhere connects at its first use. */
async function follow(
  settings: ChainSettings | undefined,
  bitcoin: Bitcoin,
  clock: Clock,
): Promise<Pick<Money, 'chain' | 'health' | 'close'>> {
  const close = () => undefined;
  if (settings === undefined) return { health: [], close };
  if (settings.kind === 'embedded') {
    const { openEmbeddedChain } = await import('./embedded/chain/openEmbeddedChain.ts');
    const { miner: _, ...followed } = await openEmbeddedChain(settings.directory, { clock });
    return followed;
  }
  const chain = await openChain(settings, bitcoin);
  const check = async () => {
    await chain.tip();
  };
  return { chain, health: [{ name: 'chain', check }], close };
}

async function openChain(
  settings: CoreSettings | EsploraSettings,
  bitcoin: Bitcoin,
): Promise<Chain> {
  if (settings.kind === 'core') {
    const { openCoreChain } = await import('./bitcoin/core/openCoreChain.ts');
    return openCoreChain(settings);
  }
  const { openEsploraChain } = await import('./bitcoin/esplora/openEsploraChain.ts');
  return openEsploraChain(settings, bitcoin);
}

async function openRates(
  settings: Settings['rates'],
  clock: Clock,
): Promise<RateSource | undefined> {
  if (settings === undefined) return undefined;
  if (settings.kind === 'fixed') {
    const { fixedRates } = await import('./rates/fixedRates.ts');
    return fixedRates(settings, clock);
  }
  const { httpRates } = await import('./rates/httpRates.ts');
  return httpRates(settings, clock);
}
