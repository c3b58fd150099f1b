import type { GridId } from '../../shared/domain/ids.ts';
import type { Instant } from '../../shared/domain/timeframe.ts';
import { closeTimeframes } from '../../shared/operations/closeTimeframes.ts';
import { createGrid } from '../../shared/operations/createGrid.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { createRandom } from '../endToEnd/random.ts';
import type { Racecourse } from '../simulation/racecourse.ts';
import { deliver, noTrouble, type Office } from './deliver.ts';
import { type History, instantAt, type Step, startOf } from './history.ts';
import { later, loitering } from './loitering.ts';
import { playStep } from './playStep.ts';
import { settingsOf } from './settings.ts';

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
    if (reads.length === 0) verdicts.push(await playStep(history, office, step));
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
      verdicts.push(await later(random, turnsBetweenMax, () => playStep(history, slow, read)));
    }
    return verdicts;
  };
  const [ticked, posted] = await Promise.all([playStep(history, slow, tick), postOneByOne()]);
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
