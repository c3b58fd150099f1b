import type { AccountSums } from '../../domain/ledger.ts';
import { microSatoshi, wattHours } from '../../domain/units.ts';

/** The sums of an account as columns, read as bigints because money needs all of the 64 bits. */
export type SumsRow = {
  readonly soldWh: bigint;
  readonly boughtWh: bigint;
  readonly creditsUsat: bigint;
  readonly debitsUsat: bigint;
};

export const sumsColumns = 'soldWh, boughtWh, creditsUsat, debitsUsat';

/** Energies become numbers: a CHECK keeps them safe integers. */
export function sumsOf(row: SumsRow): AccountSums {
  return {
    soldWh: wattHours(Number(row.soldWh)),
    boughtWh: wattHours(Number(row.boughtWh)),
    creditsUsat: microSatoshi(row.creditsUsat),
    debitsUsat: microSatoshi(row.debitsUsat),
  };
}
