import type { GridUsage } from './measureGrid.ts';
import { eurPerUsd, prices } from './prices.ts';

/** What is deployed and how much history there is. */
export type Choice = {
  readonly cosmos: 'serverless' | 'autoscale';
  readonly sql: 'serverless' | 'S0' | 'S1' | 'S2' | 'S3';
  readonly monthsOfHistory: number;
};

/** EUR a month, by what it is for. */
export type Cost = Readonly<Record<CostItem, number>>;
export type CostItem = (typeof costItems)[number];

export const costItems = [
  'Cosmos DB requests',
  'Cosmos DB storage',
  'Azure SQL compute',
  'Azure SQL storage',
  'Service Bus',
  'Functions',
  'Logs and alerts',
  'Host storage',
] as const;

export const hoursPerMonth = 730;
const timeframeMinutes = 15;
export const timeframesPerMonth = (hoursPerMonth * 60) / timeframeMinutes;
const bytesPerGb = 1024 ** 3;

/** Assumptions, each of which docs/cost.md states. */
export const assumed = {
  /** Row of a posting: its columns, 18 bytes of the row itself, and pages nine tenths full. */
  bytesPerPosting: 118,
  sqlMinVCores: 0.5,
  /** Within how many seconds of each timeframe an autoscaled Cosmos DB is to be done. */
  autoscaleSeconds: 300,
  autoscaleMaxMin: 1000,
  instanceGb: 2,
  secondsPerExecution: 1,
  closingSecondsPerThousand: 0.5,
  /** Send, receive and complete. */
  operationsPerMessagePart: 3,
  /** Looks at empty queues, a minute and queue. */
  idleOperationsPerMinute: 2,
  telemetryBytesPerExecution: 6_000,
  queues: 2,
  metricAlerts: 2,
  logAlerts: 4,
} as const;

/** What a month costs for `grids` grids that are used as measured. */
export function monthlyCost(usage: GridUsage, grids: number, choice: Choice): Cost {
  const perMonth = grids * timeframesPerMonth;
  const requestUnits = Object.values(usage.requestUnits).reduce((sum, units) => sum + units, 0);
  const executions = executionsPerMonth(usage, grids);
  const gbSeconds =
    assumed.instanceGb *
    (executions * assumed.secondsPerExecution +
      perMonth * (usage.prosumers / 1000) * assumed.closingSecondsPerThousand);
  const operations =
    perMonth * usage.messageParts * assumed.operationsPerMessagePart +
    hoursPerMonth * 60 * assumed.queues * assumed.idleOperationsPerMinute;
  const cosmosGb = (perMonth * usage.cosmosBytes * choice.monthsOfHistory) / bytesPerGb;
  const sqlGb =
    (perMonth * usage.postings * assumed.bytesPerPosting * choice.monthsOfHistory) / bytesPerGb;
  const logsGb = (executions * assumed.telemetryBytesPerExecution) / bytesPerGb;
  const usd: Record<CostItem, number> = {
    'Cosmos DB requests':
      choice.cosmos === 'serverless'
        ? (perMonth * requestUnits * prices.cosmosServerlessPerMillionRequestUnits) / 1e6
        : autoscaleUsd(usage, grids),
    'Cosmos DB storage': cosmosGb * prices.cosmosPerGbMonth,
    'Azure SQL compute': sqlComputeUsd(choice.sql),
    'Azure SQL storage': choice.sql === 'serverless' ? sqlGb * prices.sqlPerGbMonth : 0,
    'Service Bus':
      hoursPerMonth * prices.serviceBusStandardPerHour +
      beyond(operations, prices.serviceBusOperationsIncluded, 1e6) *
        prices.serviceBusPerMillionOperations,
    Functions:
      beyond(gbSeconds, prices.functionsGbSecondsIncluded, 1) * prices.functionsPerGbSecond +
      beyond(executions, prices.functionsExecutionsIncluded, 1e6) *
        prices.functionsPerMillionExecutions,
    'Logs and alerts':
      beyond(logsGb, prices.logsGbIncluded, 1) * prices.logsPerGb +
      assumed.logAlerts * prices.logAlert +
      assumed.metricAlerts * assumed.queues * prices.metricAlert,
    'Host storage': prices.hostStorage,
  };
  for (const item of costItems) usd[item] *= eurPerUsd;
  return usd;
}

export function totalOf(cost: Cost): number {
  return costItems.reduce((sum, item) => sum + cost[item], 0);
}

/** Runs of the timer, closings, batches and posts. */
export function executionsPerMonth({ batches, posts }: GridUsage, grids: number): number {
  return hoursPerMonth * 60 + grids * timeframesPerMonth * (1 + batches + posts);
}

/** Each of the two databases has the throughput that the busier needs, as the template has it. */
function autoscaleUsd({ requestUnits }: GridUsage, grids: number): number {
  const { trades, ...others } = requestUnits;
  const smartGridInfo = Object.values(others).reduce((sum, units) => sum + units, 0);
  const perSecond = (grids * Math.max(trades, smartGridInfo)) / assumed.autoscaleSeconds;
  const max = Math.max(assumed.autoscaleMaxMin, Math.ceil(perSecond / 1000) * 1000);
  return 2 * hoursPerMonth * (max / 100) * prices.cosmosAutoscalePer100RequestUnitsHour;
}

function sqlComputeUsd(sql: Choice['sql']): number {
  if (sql !== 'serverless') return prices[`sql${sql}`];
  return hoursPerMonth * assumed.sqlMinVCores * prices.sqlServerlessPerVCoreHour;
}

function beyond(amount: number, included: number, unit: number): number {
  return Math.max(0, amount - included) / unit;
}
