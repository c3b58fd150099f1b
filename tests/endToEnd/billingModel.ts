import type { Fields } from './client.ts';

/** An account of a run, as the API shows it without its lines. */
export type ModelBill = {
  readonly accountId: string;
  readonly carryUsat: string;
  readonly postingsUsat: string;
  readonly paymentsUsat: string;
  readonly balanceUsat: string;
  readonly billedSat: string;
  readonly restUsat: string;
};

/** What a run has beside its trades. */
export type ModelBefore = {
  /** The accounts of the run before. */
  readonly before?: readonly ModelBill[];
  /** By prosumer, in satoshi: what was paid too much, less what was voided and not paid. */
  readonly paymentsSat?: Readonly<Record<string, bigint>>;
};

const usatPerSat = 1_000_000n;
const miniGrid = 'mini-grid';
const powerPlant = 'power-plant';

/**
 * What the trades of a month come to, by brute force: every account's sum, cut to whole satoshi
 * toward zero unless it is under the minimum; the mini grid has the opposite of all others.
 */
export function billTrades(
  trades: readonly Fields[],
  minimumSat: bigint,
  { before = [], paymentsSat = {} }: ModelBefore = {},
): readonly ModelBill[] {
  const postings = postingsOf(trades);
  const carried = before.filter(({ restUsat }) => restUsat !== '0');
  const carries = new Map(carried.map(({ accountId, restUsat }) => [accountId, BigInt(restUsat)]));
  const sumPaidSat = Object.values(paymentsSat).reduce((sum, each) => sum + each, 0n);
  const others = new Set([...postings.keys(), ...carries.keys(), ...Object.keys(paymentsSat)]);
  others.delete(miniGrid);
  const sumsOf = (accountId: string, paidSat: bigint) => ({
    accountId,
    carryUsat: carries.get(accountId) ?? 0n,
    postingsUsat: postings.get(accountId) ?? 0n,
    paymentsUsat: paidSat * usatPerSat,
  });
  const bills = [...others].sort().map((accountId) => {
    const sums = sumsOf(accountId, paymentsSat[accountId] ?? 0n);
    const cutSat = balanceOf(sums) / usatPerSat;
    const isBelow = accountId !== powerPlant && (cutSat < 0n ? -cutSat : cutSat) < minimumSat;
    return billOf(sums, isBelow ? 0n : cutSat);
  });
  const othersSat = bills.reduce((sum, { billedSat }) => sum + BigInt(billedSat), 0n);
  return [...bills, billOf(sumsOf(miniGrid, -sumPaidSat), -othersSat)].sort((a, b) =>
    a.accountId < b.accountId ? -1 : 1,
  );
}

/** The totals of a run, as the API shows them. */
export function totalsOfBills(bills: readonly ModelBill[]) {
  const satOf = (id: string) => bills.find(({ accountId }) => accountId === id)?.billedSat ?? '0';
  const restOf = (id: string) => bills.find(({ accountId }) => accountId === id)?.restUsat ?? '0';
  const amounts = bills
    .filter(({ accountId }) => accountId !== miniGrid && accountId !== powerPlant)
    .map(({ billedSat }) => BigInt(billedSat));
  const invoices = amounts.filter((amount) => amount < 0n);
  const payouts = amounts.filter((amount) => amount > 0n);
  const sum = (list: readonly bigint[]) => list.reduce((total, each) => total + each, 0n);
  return {
    accountCount: bills.length,
    invoiceCount: invoices.length,
    payoutCount: payouts.length,
    invoicesSat: String(-sum(invoices)),
    payoutsSat: String(sum(payouts)),
    miniGridSat: satOf(miniGrid),
    powerPlantSat: satOf(powerPlant),
    miniGridCarriedUsat: restOf(miniGrid),
    carriedUsat: String(-BigInt(restOf(miniGrid))),
    sumSat: '0',
    sumCarriedUsat: '0',
  };
}

type Sums = {
  readonly accountId: string;
  readonly carryUsat: bigint;
  readonly postingsUsat: bigint;
  readonly paymentsUsat: bigint;
};

function postingsOf(trades: readonly Fields[]): ReadonlyMap<string, bigint> {
  const postings = new Map<string, bigint>();
  const post = (accountId: unknown, amountUsat: bigint) =>
    postings.set(String(accountId), (postings.get(String(accountId)) ?? 0n) + amountUsat);
  for (const { sellerId, buyerId, amountUsat, feeUsat } of trades) {
    const [amount, fee] = [BigInt(String(amountUsat)), BigInt(String(feeUsat))];
    post(sellerId, amount);
    post(buyerId, -amount - fee);
    post(miniGrid, fee);
  }
  return postings;
}

function balanceOf({ carryUsat, postingsUsat, paymentsUsat }: Sums): bigint {
  return carryUsat + postingsUsat + paymentsUsat;
}

function billOf(sums: Sums, billedSat: bigint): ModelBill {
  return {
    accountId: sums.accountId,
    carryUsat: String(sums.carryUsat),
    postingsUsat: String(sums.postingsUsat),
    paymentsUsat: String(sums.paymentsUsat),
    balanceUsat: String(balanceOf(sums)),
    billedSat: String(billedSat),
    restUsat: String(balanceOf(sums) - billedSat * usatPerSat),
  };
}
