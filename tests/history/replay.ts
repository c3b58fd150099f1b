import type { GridId, OrderId, ProsumerId, TradeAheadId } from '../../shared/domain/ids.ts';
import type { OrderTerms } from '../../shared/domain/order.ts';
import type { Instant, Timeframe } from '../../shared/domain/timeframe.ts';
import { aheadIdOf } from '../../shared/domain/tradeId.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { cancelTrade } from '../../shared/operations/cancelTrade.ts';
import { cancelOrder, replaceOrder } from '../../shared/operations/changeOrder.ts';
import { deactivateProsumer } from '../../shared/operations/changeProsumer.ts';
import { closeTimeframes } from '../../shared/operations/closeTimeframes.ts';
import { createGrid } from '../../shared/operations/createGrid.ts';
import { createProsumer } from '../../shared/operations/createProsumer.ts';
import { placeOrder } from '../../shared/operations/placeOrder.ts';
import { postReadings } from '../../shared/operations/postReadings.ts';
import { putTariff } from '../../shared/operations/putTariff.ts';
import { tradeAhead } from '../../shared/operations/tradeAhead.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { createRandom } from '../endToEnd/random.ts';
import type { Racecourse } from '../simulation/racecourse.ts';
import { deliver, noTrouble, type Office } from './deliver.ts';
import {
  type History,
  type HistoryReading,
  instantAt,
  type OrderAsked,
  type Step,
  startOf,
} from './history.ts';
import { later, loitering } from './loitering.ts';
import { settingsOf, termsFor } from './settings.ts';

/** What became of each step, and the ports of a grid that has come to rest. */
export type Played = {
  readonly ports: Ports;
  readonly verdicts: readonly (readonly boolean[])[];
};

const restRoundsMax = 6;
/** More than it takes until what stays unsettled is sent again. */
const restMinutes = 10;
const minutesPerDay = 1_440;
const beforeStartMinutes = 3 * minutesPerDay;
const lastingDaysMax = 60;
const rowsMax = 1_000;
const meanwhileMax = 6;
const turnsBetweenMax = 80;

/** Plays a history on the operations, and lets the timer do its work until there is none. */
export async function replay(history: History, course: Racecourse): Promise<Played> {
  const gridId = history.gridId as GridId;
  const names = { timeframes: `timeframes-${gridId}`, trades: `trades-${gridId}` };
  const office: Office = { queues: course.queues, names, ports: course.portsOf(gridId, names) };
  const [ports] = office.ports;
  const setClock = (at: number) => course.clock.set(instantAt(history, at) as Instant);
  setClock(-beforeStartMinutes);
  const created = await createGrid(ports, settingsOf(history));
  if (!created.ok) throw new Error(created.refusal.detail);
  const verdicts: (readonly boolean[])[] = [];
  for (let index = 0; index < history.steps.length; index = verdicts.length) {
    const [step, ...more] = history.steps.slice(index);
    if (step === undefined) break;
    const reads = isMeanwhile(history, step) ? readsAmong(history, more) : [];
    setClock(reads.at(-1)?.at ?? step.at);
    if (reads.length === 0) verdicts.push(await play(history, office, step));
    else verdicts.push(...(await playAtOnce(history, office, step, reads)));
  }
  const end = startOf(history, history.timeframes) + history.graceMinutes;
  let at = Math.max(end, history.steps.at(-1)?.at ?? end);
  for (let round = 0; round < restRoundsMax; round += 1) {
    setClock(at);
    await closeTimeframes(ports);
    await deliver(office, noTrouble);
    const correctedFrom = at - (history.correctionDays ?? lastingDaysMax) * minutesPerDay;
    const from = instantAt(history, correctedFrom) as Instant;
    if (await isAtRest(ports, history, from)) return { ports, verdicts };
    at += restMinutes;
  }
  throw new Error('the grid does not come to rest');
}

/** The timer and its closers on both instances, and meanwhile meters: mixed up call by call. */
async function playAtOnce(history: History, office: Office, tick: Step, reads: readonly Step[]) {
  const random = createRandom(tick.deed === 'tick' ? tick.trouble.seed : 0);
  const [one, other] = office.ports;
  const slow: Office = { ...office, ports: [loitering(one, random), loitering(other, random)] };
  const postOneByOne = async () => {
    const verdicts: (readonly boolean[])[] = [];
    for (const read of reads) {
      verdicts.push(await later(random, turnsBetweenMax, () => play(history, slow, read)));
    }
    return verdicts;
  };
  const [ticked, posted] = await Promise.all([play(history, slow, tick), postOneByOne()]);
  return [ticked, ...posted];
}

/** May meters be heard while timeframes close? Not where it would matter at which moment. */
function isMeanwhile({ estimates, correctionDays }: History, step: Step): boolean {
  const isTimeless = !estimates && correctionDays === undefined;
  return step.deed === 'tick' && step.trouble.isTwofold && isTimeless;
}

/** The readings that come next, each in time: heard a little later, they are the same. */
function readsAmong(history: History, steps: readonly Step[]): readonly Step[] {
  const end = steps.findIndex(
    (step) =>
      step.deed !== 'read' ||
      step.readings.some(({ timeframe }) => startOf(history, timeframe) > step.at),
  );
  return steps.slice(0, end < 0 ? meanwhileMax : Math.min(end, meanwhileMax));
}

async function isAtRest(
  { closings }: Pick<Ports, 'closings'>,
  { gridId: id, timeframes }: History,
  correctedFrom: Instant,
): Promise<boolean> {
  const gridId = id as GridId;
  const [closed, late, unsettled] = await Promise.all([
    closings.list(gridId, {}, { limit: rowsMax }),
    closings.listLate(gridId, correctedFrom, rowsMax),
    closings.listUnsettled(gridId, rowsMax),
  ]);
  return closed.items.length === timeframes && late.length + unsettled.length === 0;
}

/** Whether it was taken; of readings, each. */
async function play(history: History, office: Office, step: Step): Promise<readonly boolean[]> {
  const [ports, other] = office.ports;
  switch (step.deed) {
    case 'tick':
      await closeTimeframes(ports);
      if (step.trouble.isTwofold) await closeTimeframes(other);
      await deliver(office, step.trouble);
      return [true];
    case 'read':
      return postAll(history, ports, step.readings);
    default:
      return [(await ask(history, ports, step)).ok];
  }
}

type Asked = Exclude<Step, { readonly deed: 'tick' | 'read' }>;

/** Another instance than that which closes may have been asked: it makes no difference. */
function ask(history: History, ports: Ports, step: Asked): Promise<{ readonly ok: boolean }> {
  switch (step.deed) {
    case 'join':
      return join(history, ports, step);
    case 'leave':
      return deactivateProsumer(ports, idOf(history, step.who), undefined);
    case 'ahead': {
      const { id, who, timeframe, side, energyWh, limit } = step;
      return tradeAhead(ports, {
        ...{ id, side, energyWh: wattHours(energyWh) },
        prosumerId: idOf(history, who),
        timeframe: timeframeAt(history, timeframe),
        ...(limit !== undefined && { limitPriceMsatPerKwh: msatPerKwh(limit) }),
      });
    }
    case 'cancelAhead':
      return cancelTrade(ports, aheadId(history, step.id), undefined);
    case 'order': {
      const { id, who, timeframe } = step;
      return placeOrder(ports, {
        ...orderTerms(step),
        id: orderId(history, id),
        prosumerId: idOf(history, who),
        ...(timeframe !== undefined && { timeframe: timeframeAt(history, timeframe) }),
      });
    }
    case 'replace':
      return replaceOrder(ports, orderId(history, step.id), orderTerms(step), undefined);
    case 'cancelOrder':
      return cancelOrder(ports, orderId(history, step.id), undefined);
    case 'tariff': {
      const validFrom = timeframeAt(history, step.timeframe);
      const version = { validFrom, ...termsFor(step.terms) };
      return putTariff(ports, history.gridId as GridId, version, undefined);
    }
  }
}

function join(
  history: History,
  ports: Ports,
  { who, from, until }: Extract<Step, { readonly deed: 'join' }>,
) {
  const { id: _, ...limits } = history.prosumers[who] ?? { id: '' };
  return createProsumer(ports, {
    id: idOf(history, who),
    gridId: history.gridId as GridId,
    name: `Prosumer ${who}`,
    address: `${who} Lane`,
    type: 'household',
    ...limits,
    ...(from !== undefined && { activeFrom: timeframeAt(history, from) }),
    ...(until !== undefined && { activeUntil: timeframeAt(history, until) }),
  });
}

async function postAll(history: History, ports: Ports, readings: readonly HistoryReading[]) {
  const intervals = readings.map(({ who, timeframe, producedWh, consumedWh, ...rest }, index) => ({
    ...{ index, ...rest, source: 'meter' },
    prosumerId: idOf(history, who),
    timeframe: timeframeAt(history, timeframe),
    producedWh: wattHours(producedWh),
    consumedWh: wattHours(consumedWh),
  }));
  const posted = await postReadings(ports, history.gridId as GridId, { intervals, registers: [] });
  if (!posted.ok) throw new Error(posted.refusal.detail);
  const byIndex = new Map(posted.value.map((result) => [result.index, result.status]));
  return readings.map((_, index) => byIndex.get(index) !== 'rejected');
}

function orderTerms({ side, energyWh, limit }: OrderAsked): OrderTerms {
  return {
    side,
    ...(energyWh !== undefined && { energyWh: wattHours(energyWh) }),
    limitPriceMsatPerKwh: msatPerKwh(limit),
  };
}

function timeframeAt(history: History, timeframe: number): Timeframe {
  return instantAt(history, startOf(history, timeframe)) as Timeframe;
}

function idOf({ prosumers }: History, who: number): ProsumerId {
  return (prosumers[who]?.id ?? 'nobody') as ProsumerId;
}

function orderId({ gridId }: History, id: string): OrderId {
  return `${id}-${gridId}` as OrderId;
}

/** Of the trade that a step agreed on: its timeframe is part of its name. */
function aheadId(history: History, id: string): TradeAheadId {
  const made = history.steps.find((step) => step.deed === 'ahead' && step.id === id);
  const timeframe = made?.deed === 'ahead' ? made.timeframe : 0;
  return aheadIdOf(history.gridId as GridId, timeframeAt(history, timeframe), id);
}
