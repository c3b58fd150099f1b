/**
 * List prices in USD, pay as you go, East US, as published on Azure's pricing pages in 2025. They
 * are not fetched: look them up before relying on them, and change them here.
 */
export const prices = {
  cosmosServerlessPerMillionRequestUnits: 0.25,
  /** Per 100 RU/s and hour, of the highest throughput that the hour has reached. */
  cosmosAutoscalePer100RequestUnitsHour: 0.012,
  cosmosPerGbMonth: 0.25,
  sqlServerlessPerVCoreHour: 0.5218,
  sqlPerGbMonth: 0.115,
  /** Per month, 250 GB included. */
  sqlS0: 15,
  sqlS1: 30,
  sqlS2: 75,
  sqlS3: 150,
  serviceBusStandardPerHour: 0.0135,
  /** Operations a month that the base price includes, and what a million more cost. */
  serviceBusOperationsIncluded: 13_000_000,
  serviceBusPerMillionOperations: 0.8,
  functionsPerGbSecond: 0.000026,
  functionsGbSecondsIncluded: 100_000,
  functionsPerMillionExecutions: 0.4,
  functionsExecutionsIncluded: 250_000,
  logsPerGb: 2.3,
  logsGbIncluded: 5,
  /** A log alert that is evaluated every fifteen minutes, and a metric alert per queue, a month. */
  logAlert: 0.5,
  metricAlert: 0.1,
  /** Leases and packages of the host: an estimate. */
  hostStorage: 1,
} as const;

/**
 * EUR for a USD. At par, which is on the safe side: the euro has been dearer than the dollar, and
 * European regions are up to a fifth dearer than East US.
 */
export const eurPerUsd = 1;
