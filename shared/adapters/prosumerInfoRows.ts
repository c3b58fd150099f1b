import type { AccountId, GridId, ProsumerId } from '../domain/ids.ts';
import type { AccountSums, Posting } from '../domain/ledger.ts';
import type { Prosumer, ProsumerType } from '../domain/prosumer.ts';
import type { Instant, Timeframe } from '../domain/timeframe.ts';
import { tradeIdOf } from '../domain/tradeId.ts';
import { microSatoshi, wattHours } from '../domain/units.ts';
import type { StoredPosting } from '../ports/ledgerStore.ts';
import type { StoredProsumer } from '../ports/prosumerStore.ts';

/** An integer of 64 bits as a driver gives it, whole: node:sqlite a bigint, mssql a string. */
type BigInteger = bigint | string;
/** An integer that a number holds. */
type Integer = bigint | number;

/** The sums of an account as columns. */
export type SumsRow = {
  readonly soldWh: BigInteger;
  readonly boughtWh: BigInteger;
  readonly creditsUsat: BigInteger;
  readonly debitsUsat: BigInteger;
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

/** A prosumer with the sums of its account as columns. */
export type ProsumerRow = SumsRow & {
  readonly prosumerId: ProsumerId;
  readonly gridId: GridId;
  readonly name: string;
  readonly address: string;
  readonly type: ProsumerType;
  readonly activeFrom: Instant;
  readonly activeUntil: Instant | null;
  readonly status: Prosumer['status'];
  readonly createdAt: Instant;
  readonly connectionLimitW: Integer | null;
  readonly aheadEnergyWhMax: Integer | null;
  readonly erasedAt: Instant | null;
  readonly version: Integer;
};

export function storedProsumerOf(row: ProsumerRow): StoredProsumer {
  const { prosumerId: id, gridId, name, address, type, activeFrom, activeUntil } = row;
  const { status, createdAt, connectionLimitW, aheadEnergyWhMax, erasedAt, version } = row;
  const settings = {
    ...(activeUntil !== null && { activeUntil }),
    ...(connectionLimitW !== null && { connectionLimitW: Number(connectionLimitW) }),
    ...(aheadEnergyWhMax !== null && { aheadEnergyWhMax: Number(aheadEnergyWhMax) }),
  };
  const states = { status, createdAt, ...(erasedAt !== null && { erasedAt }) };
  return {
    prosumer: { id, gridId, name, address, type, activeFrom, ...settings, ...states },
    sums: sumsOf(row),
    version: Number(version),
  };
}

/** A posting as columns. */
export type PostingRow = {
  readonly accountId: AccountId;
  readonly gridId: GridId;
  readonly timeframe: Timeframe;
  readonly revision: Integer;
  readonly sequence: Integer;
  readonly side: Posting['side'];
  readonly soldWh: BigInteger;
  readonly boughtWh: BigInteger;
  readonly creditUsat: BigInteger;
  readonly debitUsat: BigInteger;
};

export function storedPostingOf(row: PostingRow): StoredPosting {
  const { accountId, gridId, timeframe, side } = row;
  const revision = Number(row.revision);
  const sequence = Number(row.sequence);
  return {
    tradeId: tradeIdOf(gridId, timeframe, revision, sequence),
    gridId,
    timeframe,
    revision,
    sequence,
    accountId,
    side,
    soldWh: wattHours(Number(row.soldWh)),
    boughtWh: wattHours(Number(row.boughtWh)),
    creditUsat: microSatoshi(BigInt(row.creditUsat)),
    debitUsat: microSatoshi(BigInt(row.debitUsat)),
  };
}
