import type { GridId, OrderId, ProsumerId, TradeAheadId } from '../../shared/domain/ids.ts';
import type { OrderTerms } from '../../shared/domain/order.ts';
import type { Timeframe } from '../../shared/domain/timeframe.ts';
import { aheadIdOf } from '../../shared/domain/tradeId.ts';
import { msatPerKwh, wattHours } from '../../shared/domain/units.ts';
import { cancelTrade } from '../../shared/operations/cancelTrade.ts';
import { cancelOrder, replaceOrder } from '../../shared/operations/changeOrder.ts';
import { deactivateProsumer } from '../../shared/operations/changeProsumer.ts';
import { closeTimeframes } from '../../shared/operations/closeTimeframes.ts';
import { createProsumer } from '../../shared/operations/createProsumer.ts';
import { placeOrder } from '../../shared/operations/placeOrder.ts';
import { postReadings } from '../../shared/operations/postReadings.ts';
import { putTariff } from '../../shared/operations/putTariff.ts';
import { tradeAhead } from '../../shared/operations/tradeAhead.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { deliver, type Office } from './deliver.ts';
import {
  type History,
  type HistoryReading,
  instantAt,
  type OrderAsked,
  type Step,
  startOf,
} from './history.ts';
import { termsFor } from './settings.ts';

/** Whether it was taken; of readings, each. */
export async function playStep(
  history: History,
  office: Office,
  step: Step,
): Promise<readonly boolean[]> {
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
