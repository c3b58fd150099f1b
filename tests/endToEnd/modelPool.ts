/** What somebody has left over or lacks, in Wh, always above 0. */
export type Share = { readonly id: string; readonly energyWh: bigint };
export type Deal = {
  readonly kind: 'peer' | 'import' | 'export';
  readonly sellerId: string;
  readonly buyerId: string;
  readonly energyWh: bigint;
};

/**
 * Who trades how much with whom in the pool, by brute force. All that is traded is laid out on one
 * line, once as the sellers bring it and once as the buyers take it, both by id: where the stretch of
 * a seller and that of a buyer overlap, the two trade.
 */
export function dealsOf(positions: readonly Share[]): Deal[] {
  const sorted = positions.toSorted((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)));
  const sellers = sorted.filter(({ energyWh }) => energyWh > 0n);
  const buyers = sorted
    .filter(({ energyWh }) => energyWh < 0n)
    .map(({ id, energyWh }) => ({ id, energyWh: -energyWh }));
  const offered = sumOf(sellers);
  const wanted = sumOf(buyers);
  const traded = offered < wanted ? offered : wanted;
  const sold = shareOut(sellers, traded);
  const bought = shareOut(buyers, traded);
  const peers = stretches(sold).flatMap((seller) =>
    stretches(bought).map((buyer) => ({
      kind: 'peer' as const,
      sellerId: seller.id,
      buyerId: buyer.id,
      energyWh: least(seller.end, buyer.end) - most(seller.start, buyer.start),
    })),
  );
  const imports = buyers.map(({ id, energyWh }, at) => ({
    kind: 'import' as const,
    sellerId: 'power-plant',
    buyerId: id,
    energyWh: energyWh - (bought[at]?.energyWh ?? 0n),
  }));
  const exports = sellers.map(({ id, energyWh }, at) => ({
    kind: 'export' as const,
    sellerId: id,
    buyerId: 'power-plant',
    energyWh: energyWh - (sold[at]?.energyWh ?? 0n),
  }));
  return [...peers, ...imports, ...exports].filter(({ energyWh }) => energyWh > 0n);
}

/** Gives everybody the floor of the fair share, and then one Wh each to whom most of one was cut off. */
export function shareOut(shares: readonly Share[], total: bigint): Share[] {
  const sum = sumOf(shares);
  if (sum === 0n) return [];
  const cut = shares.map(({ id, energyWh }, at) => ({
    id,
    at,
    floor: (energyWh * total) / sum,
    rest: (energyWh * total) % sum,
  }));
  const left = total - cut.reduce((given, { floor }) => given + floor, 0n);
  const inTurn = cut.toSorted((a, b) =>
    a.rest === b.rest ? a.at - b.at : a.rest > b.rest ? -1 : 1,
  );
  const lucky = new Set(inTurn.slice(0, Number(left)).map(({ id }) => id));
  return cut.map(({ id, floor }) => ({ id, energyWh: floor + (lucky.has(id) ? 1n : 0n) }));
}

function stretches(shares: readonly Share[]) {
  let end = 0n;
  return shares.map(({ id, energyWh }) => {
    const start = end;
    end += energyWh;
    return { id, start, end };
  });
}

function sumOf(shares: readonly Share[]): bigint {
  return shares.reduce((sum, { energyWh }) => sum + energyWh, 0n);
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function most(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
