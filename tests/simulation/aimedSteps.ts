import { followPayments } from '../../shared/operations/followPayments.ts';
import { minerAddress, type Stage, type Step } from './stage.ts';

const invoicesListed = 500;
const creditedAt = 6;

/** What chance alone brings about too seldom, each in the order in which it can go wrong. */
export const aimedSteps: readonly Step[] = [{ name: 'undo a credit', weight: 3, run: undoCredit }];

/** The mempool has it again, and no block: looked at before another is mined. */
async function undoCredit(stage: Stage): Promise<'followed'> {
  const { world } = stage;
  const { miner, ports } = world.one();
  await paySome(stage);
  await miner.mine(creditedAt, minerAddress);
  await followPayments(ports);
  await miner.undo(creditedAt);
  await followPayments(ports);
  return 'followed';
}

async function paySome({ world, payers }: Stage): Promise<void> {
  const { items } = await world.one().ports.invoices.list({}, { limit: invoicesListed });
  const invoice = world.chance.pick(items.filter(({ value }) => value.payTo !== undefined))?.value;
  if (invoice !== undefined) await payers.pay(invoice);
}
