/** What an account has come to, in exact integers. */
export type Sums = {
  readonly soldWh: bigint;
  readonly boughtWh: bigint;
  readonly creditsUsat: bigint;
  readonly debitsUsat: bigint;
};

export const zeroSums: Sums = { soldWh: 0n, boughtWh: 0n, creditsUsat: 0n, debitsUsat: 0n };

type Leg = {
  readonly accountId: string;
  readonly soldWh: number;
  readonly boughtWh: number;
  readonly creditUsat: bigint;
  readonly debitUsat: bigint;
};

/** Adds a leg to the sums of its account. */
export function addLeg(sums: Map<string, Sums>, leg: Leg): void {
  const { soldWh, boughtWh, creditsUsat, debitsUsat } = sums.get(leg.accountId) ?? zeroSums;
  sums.set(leg.accountId, {
    soldWh: soldWh + BigInt(leg.soldWh),
    boughtWh: boughtWh + BigInt(leg.boughtWh),
    creditsUsat: creditsUsat + leg.creditUsat,
    debitsUsat: debitsUsat + leg.debitUsat,
  });
}

/** The sums of all accounts together. */
export function totalOf(sums: ReadonlyMap<string, Sums>): Sums {
  let total = zeroSums;
  for (const { soldWh, boughtWh, creditsUsat, debitsUsat } of sums.values()) {
    total = {
      soldWh: total.soldWh + soldWh,
      boughtWh: total.boughtWh + boughtWh,
      creditsUsat: total.creditsUsat + creditsUsat,
      debitsUsat: total.debitsUsat + debitsUsat,
    };
  }
  return total;
}
