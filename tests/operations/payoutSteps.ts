import { signMessage } from '../../local/signer/signMessage.ts';
import { signPsbt } from '../../local/signer/signPsbt.ts';
import type { Address, FeeRate } from '../../shared/domain/bitcoin.ts';
import type { ProsumerId } from '../../shared/domain/ids.ts';
import type { Payout, PayoutId } from '../../shared/domain/payout.ts';
import { newestVersion } from '../../shared/domain/payoutVersions.ts';
import type { Refusal } from '../../shared/domain/refusal.ts';
import type { Result } from '../../shared/domain/result.ts';
import { bindAddress } from '../../shared/operations/bindAddress.ts';
import { buildPayout } from '../../shared/operations/buildPayout.ts';
import { challengeAddress } from '../../shared/operations/challengeAddress.ts';
import { getPayoutDocument } from '../../shared/operations/getPayout.ts';
import { signPayout } from '../../shared/operations/signPayout.ts';
import type { Versioned } from '../../shared/ports/page.ts';
import { type TestWallet, testWallet } from '../bitcoin/testWallet.ts';
import { type MoneyApp, openPaidGrid } from './moneyApp.ts';
import { gridId } from './smallGrid.ts';

/** What an operation answered; throws what it was refused with. */
export function granted<Value>(result: Result<Value, Refusal>): Value {
  if (result.ok) return result.value;
  throw new Error(`${result.refusal.code}: ${result.refusal.detail}`);
}

export function codeOf(result: Result<unknown, Refusal>): string {
  return result.ok ? 'ok' : result.refusal.code;
}

/** The wallet of a prosumer: its first address is where it is paid. */
export function walletOf(name: string): TestWallet {
  return testWallet(`prosumer ${name}`);
}

/** Asks for a challenge, signs it with the address, and binds it. */
export async function bind(
  { ports }: Pick<MoneyApp, 'ports'>,
  name: string,
  index = 0,
): Promise<Address> {
  const { address, node } = walletOf(name).key(0, index);
  const asked = granted(
    await challengeAddress(ports, name as ProsumerId, address, ports.ids.next()),
  );
  const signature = signMessage(node, 'p2wpkh', asked.message);
  const answer = { address, nonce: asked.challenge.nonce, signature };
  granted(await bindAddress(ports, name as ProsumerId, answer));
  return address;
}

/** Puts coins into the grid's wallet: to addresses that were given away for this. */
export async function fundGrid(app: MoneyApp, amountsSat: readonly bigint[]): Promise<void> {
  const { ports, purse, wallet } = app;
  const purposes = amountsSat.map((_, at) => `fund ${at}`);
  const indexes = await ports.wallets.allocate(wallet.walletId, 0, purposes);
  for (const [at, amountSat] of amountsSat.entries()) {
    const index = indexes.get(`fund ${at}`);
    if (index === undefined) throw new Error('an index was allocated');
    await purse.fund(wallet.key(0, index).address, amountSat);
  }
  await purse.mine(3);
}

/** A grid that owes a, b and c; all have bound an address, and the grid has coins. */
export async function owingPayees(
  app: MoneyApp,
  bill: (app: MoneyApp) => Promise<void>,
): Promise<MoneyApp> {
  await openPaidGrid(app, ['a', 'b', 'c', 'd']);
  await bill(app);
  for (const name of ['a', 'b', 'c']) await bind(app, name);
  await fundGrid(app, [80_000n, 60_000n]);
  return app;
}

export async function build(
  { ports }: Pick<MoneyApp, 'ports'>,
  payoutId = ports.ids.next() as PayoutId,
  feeRate = 2_000,
): Promise<Result<Versioned<Payout>, Refusal>> {
  return buildPayout(ports, gridId, { payoutId, feeRate: feeRate as FeeRate });
}

/** What the signer makes of the PSBT that a payout was sent out with. */
export async function signedPsbt({ ports, wallet }: MoneyApp, { id }: Payout): Promise<string> {
  return signPsbt(granted(await getPayoutDocument(ports, gridId, id, 'psbt')), wallet.account);
}

export async function sign(app: MoneyApp, payout: Payout): Promise<Payout> {
  const psbt = await signedPsbt(app, payout);
  return granted(await signPayout(app.ports, gridId, payout.id, psbt)).value;
}

/** What has come to the first address of a prosumer, in blocks and out of them. */
export async function receivedSat({ ports }: MoneyApp, name: string): Promise<bigint> {
  const { outputs } = await ports.chain.changesSince(walletOf(name).watched(3), undefined);
  return outputs.reduce((sum, { amountSat }) => sum + amountSat, 0n);
}

/** What a payout sends to a prosumer. */
export function sentSat(payout: Payout, name: string): bigint {
  const output = newestVersion(payout).outputs.find(({ prosumerId }) => prosumerId === name);
  return output === undefined ? 0n : output.amountSat - output.feeSat;
}
