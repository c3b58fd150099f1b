import type { Answer } from '../functions/api.ts';
import { checkSame } from './books.ts';
import type { Asked } from './clients.ts';
import { faultyPorts } from './faultyPorts.ts';
import { type Stage, type Step, someOf } from './stage.ts';
import type { World } from './world.ts';

/** Two people change one thing at the same time, each at an instance of its own. */
export const atOnceSteps: readonly Step[] = [
  { name: 'change a grid at once', weight: 4, run: changeGridAtOnce },
  { name: 'replace an order at once', weight: 4, run: replaceOrderAtOnce },
];

const dueDaysMax = 30;

/** Both who have read the same may only change it once; who changes something else loses nothing. */
async function changeGridAtOnce({ world, communities }: Stage): Promise<void> {
  const { chance, clients } = world;
  const path = `/grids/${someOf(world, communities).gridId}`;
  const read = await clients.ask(world.one().ports, { method: 'GET', path });
  if (read === undefined) return;
  const isCareful = chance.hits(0.5);
  const ifMatch = isCareful ? read.headers['etag'] : undefined;
  const name = `renamed ${chance.below(1_000_000)}`;
  const dueDays = chance.below(dueDaysMax);
  const answers = await askAtOnce(
    world,
    { method: 'PATCH', path, body: { name }, ifMatch },
    { method: 'PATCH', path, body: { billing: { dueDays } }, ifMatch },
  );
  if (isCareful || answers.some((answer) => answer?.status !== 200)) return;
  const after = await clients.ask(world.one().ports, { method: 'GET', path });
  if (after === undefined) return;
  checkSame(after.body.name, name, `the name that ${path} was given`);
  checkSame(after.body.billing.dueDays, dueDays, `the days until it is due of ${path}`);
}

async function replaceOrderAtOnce({ world, trader }: Stage): Promise<void> {
  const { chance } = world;
  const order = chance.pick([...trader.promised.orders.values()].slice(-latestMax));
  if (order === undefined) return;
  const { id, version, side } = order;
  const path = `/orders/${id}`;
  const asked = (): Asked => ({
    ...{ method: 'PUT', path, ifMatch: `"o${version}"` },
    body: { side, limitPriceMsatPerKwh: chance.below(900_000) },
  });
  for (const answer of await askAtOnce(world, asked(), asked())) {
    if (answer?.status === 200) trader.noteOrder(answer);
  }
}

const latestMax = 12;

function askAtOnce(
  world: World,
  ...[first, second]: readonly [Asked, Asked]
): Promise<readonly (Answer | undefined)[]> {
  const ask = ({ ports }: ReturnType<World['one']>, asked: Asked) =>
    world.clients.ask(faultyPorts(ports, { rate: 0 }, world), asked);
  return Promise.all([ask(world.one(), first), ask(world.other(), second)]);
}
