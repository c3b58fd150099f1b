import type { Grid, Prosumer } from './bodyTypes.ts';

export const tariff = {
  importPriceMsatPerKwh: 500_000,
  exportPriceMsatPerKwh: 100_000,
  gridFeeMsatPerKwh: 0,
};

export const gridCreate = {
  name: 'Sunny Street',
  timeZone: 'Europe/Vienna',
  timeframeMinutes: 15,
  graceMinutes: 5,
  activeFrom: '2026-01-01T00:00Z',
  market: { mechanism: 'pool' },
  tariff,
};

/** A grid as an answer has it. */
export function gridAnswer(id: string): Grid {
  return {
    ...gridCreate,
    id: id as Grid['id'],
    activeFrom: '2026-01-01T00:00:00Z',
    paused: false,
    missingReadings: 'missing',
    correctionDays: 60,
    aheadEnergyWhMax: 10_000,
    personalDataDays: 30,
    market: { mechanism: 'pool' },
    tariff: tariff as Grid['tariff'],
    billing: {
      confirmations: [{ fromSat: '0', confirmations: 3 }],
      dueDays: 14,
      minimumSat: '0',
      payoutFeePaidBy: 'payees',
      addressCooldownHours: 24,
    },
    prosumerCount: 0,
    producedWh: 0,
    consumedWh: 0,
    nettoWh: 0,
    createdAt: '2026-01-01T00:00:00Z',
  };
}

/** A prosumer as an answer has it. */
export function prosumerAnswer(id: string): Prosumer {
  return {
    id: id as Prosumer['id'],
    gridId: 'g' as Prosumer['gridId'],
    name: 'House',
    address: 'Street 1',
    type: 'household',
    activeFrom: '2026-01-01T00:00:00Z',
    status: 'active',
    soldWh: 0,
    boughtWh: 0,
    creditsUsat: '0',
    debitsUsat: '0',
    balanceUsat: '0',
    createdAt: '2026-01-01T00:00:00Z',
  };
}
