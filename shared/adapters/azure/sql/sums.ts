import type { AccountSums } from '../../../domain/ledger.ts';
import { microSatoshi, wattHours } from '../../../domain/units.ts';

/** The sums of an account as columns: a BIGINT arrives as a string, whole. */
export type SumsRow = {
  readonly soldWh: string;
  readonly boughtWh: string;
  readonly creditsUsat: string;
  readonly debitsUsat: string;
};

export const sumsColumns = 'soldWh, boughtWh, creditsUsat, debitsUsat';

/** Energies become numbers: a CHECK keeps them safe integers. */
export function sumsOf(row: SumsRow): AccountSums {
  return {
    soldWh: wattHours(Number(row.soldWh)),
    boughtWh: wattHours(Number(row.boughtWh)),
    creditsUsat: microSatoshi(BigInt(row.creditsUsat)),
    debitsUsat: microSatoshi(BigInt(row.debitsUsat)),
  };
}
