/** Which requests are told apart in the table. */
export const requestKinds = ['readings', 'changes', 'reads'] as const;
export type RequestKind = (typeof requestKinds)[number];

/** How long answers took since it was last asked. */
export type Latencies = {
  add(kind: RequestKind, ms: number): void;
  /** The middle, and what one in a hundred exceeds; 0 where there was none. Begins anew. */
  take(kind: RequestKind): { readonly p50Ms: number; readonly p99Ms: number };
};

export function createLatencies(): Latencies {
  const taken = new Map<RequestKind, number[]>();
  return {
    add(kind, ms) {
      const values = taken.get(kind);
      if (values === undefined) taken.set(kind, [ms]);
      else values.push(ms);
    },
    take(kind) {
      const sorted = (taken.get(kind) ?? []).sort((a, b) => a - b);
      taken.delete(kind);
      return { p50Ms: shareOf(sorted, 0.5), p99Ms: shareOf(sorted, 0.99) };
    },
  };
}

function shareOf(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
}
