import type { GridId, ProsumerId } from './ids.ts';
import type { Instant } from './timeframe.ts';

export const prosumerTypes = [
  'household',
  'company',
  'farm',
  'public_building',
  'charging_station',
  'storage',
  'other',
] as const;
export type ProsumerType = (typeof prosumerTypes)[number];

/** A household or company that takes part in timeframes with activeFrom ≤ start < activeUntil. */
export type Prosumer = {
  readonly id: ProsumerId;
  readonly gridId: GridId;
  readonly name: string;
  readonly address: string;
  readonly type: ProsumerType;
  readonly activeFrom: Instant;
  readonly activeUntil?: Instant;
  /** What its connection carries either way, in watts: a reading of more is questionable. */
  readonly connectionLimitW?: number;
  /** What it may sell, and buy, ahead for one timeframe; absent: what its grid says. */
  readonly aheadEnergyWhMax?: number;
  /** `inactive` once deactivated: it takes part until `activeUntil`, and its ledger stays. */
  readonly status: 'active' | 'inactive';
  readonly createdAt: Instant;
  /** When its personal data was erased: name and address are empty from then on, for good. */
  readonly erasedAt?: Instant;
};

/**
 * What may need a prosumer's personal data in Prosumer Info: energy, or what was paid too much, that
 * no final run has taken; an invoice that is neither paid nor void; money that no confirmed payout has
 * brought.
 */
export const moneyNeeds = ['unbilled', 'invoice', 'payout'] as const;
export type MoneyNeed = (typeof moneyNeeds)[number];

/** What the mini grid's own document knows of a prosumer: no name, no address. */
export type Member = {
  readonly prosumerId: ProsumerId;
  readonly activeFrom: Instant;
  readonly activeUntil?: Instant;
  readonly connectionLimitW?: number;
  readonly status: Prosumer['status'];
};

/** Does this member take part in the timeframe that starts at `timeframe`? */
export function isActiveIn(member: Pick<Member, 'activeFrom' | 'activeUntil'>, timeframe: Instant) {
  return (
    member.activeFrom <= timeframe &&
    (member.activeUntil === undefined || timeframe < member.activeUntil)
  );
}
