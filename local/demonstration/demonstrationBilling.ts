import type { EmbeddedChain } from '../../shared/adapters/embedded/chain/openEmbeddedChain.ts';
import { instantOf } from '../../shared/domain/timeframe.ts';
import type { BillingStage } from './billingStage.ts';
import { type BilledMonth, billMonth } from './billMonth.ts';
import { type MonthSource, monthToBill } from './lastMonth.ts';

export type DemonstrationBilling = {
  /** Bills a month and settles it in bitcoin. While one is being billed, that is the answer. */
  bill(): Promise<BilledMonth>;
  close(): void;
};

/** Billing in the demonstration. The chain and the wallets are opened when they are first needed. */
export function demonstrationBilling(
  source: Omit<MonthSource, 'fire'> & { readonly url: string; readonly dataDirectory: string },
): DemonstrationBilling {
  let stage: (Pick<BillingStage, 'walletOf'> & { readonly chain: EmbeddedChain }) | undefined;
  let running: Promise<BilledMonth> | undefined;
  const fire = (name: string) => fireTimer(source.url, name, source.signal);

  async function billOnce(): Promise<BilledMonth> {
    stage ??= await openStage(source);
    const month = await monthToBill({ ...source, fire });
    return billMonth({ ...source, fire, ...stage }, month);
  }
  return {
    bill() {
      running ??= billOnce().finally(() => {
        running = undefined;
      });
      return running;
    },
    close: () => stage?.chain.close(),
  };
}

/** Loaded late: a demonstration that nobody bills does without bitcoin. */
async function openStage({
  dataDirectory,
  nowMs,
}: Pick<MonthSource, 'nowMs'> & { readonly dataDirectory: string }) {
  const [{ openEmbeddedChain }, { demonstrationWallets }] = await Promise.all([
    import('../../shared/adapters/embedded/chain/openEmbeddedChain.ts'),
    import('./demonstrationWallets.ts'),
  ]);
  const clock = { now: () => instantOf(nowMs()) };
  const chain = await openEmbeddedChain(dataDirectory, { clock });
  return { chain, walletOf: demonstrationWallets(dataDirectory) };
}

async function fireTimer(url: string, name: string, signal: AbortSignal): Promise<void> {
  const address = `${url}/admin/functions/${name}?wait=true`;
  const response = await fetch(address, { method: 'POST', body: '{}', signal });
  if (!response.ok) throw new Error(`${name} could not be run: ${response.status}`);
}
