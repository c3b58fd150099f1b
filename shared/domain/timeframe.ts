declare const instant: unique symbol;

/** An instant in UTC to the second, as `2026-11-22T10:15:00Z`: its order as text is its order in time. */
export type Instant = string & { readonly [instant]: 'utc' };

/** The UTC start of a half-open timeframe [start, end). Its length belongs to the grid. */
export type Timeframe = Instant & { readonly [instant]: 'utc' };
