/** Time of the app over all its lives: one clock, which goes on while nobody hosts it. */
export type CrashClock = {
  /** Settings that let an app have this time. */
  readonly settings: Readonly<Record<string, string>>;
  /** When a timeframe starts, counted from 0. */
  instantOf(timeframe: number): string;
  /** The timeframe that runs now. */
  current(): number;
};

/** A quarter-hour passes in a second. */
const speed = 900;
const timeframeMs = 900_000;
/** Six hours before a month is over in Berlin, which is half a minute of this clock. */
const originMs = Date.UTC(2024, 5, 30, 16);

export function createCrashClock(): CrashClock {
  const realOriginMs = Date.now();
  return {
    settings: {
      CLOCK_ORIGIN_MS: String(originMs),
      CLOCK_REAL_ORIGIN_MS: String(realOriginMs),
      CLOCK_SPEED: String(speed),
    },
    instantOf: (timeframe) =>
      new Date(originMs + timeframe * timeframeMs).toISOString().replace('.000Z', 'Z'),
    current: () => Math.floor(((Date.now() - realOriginMs) * speed) / timeframeMs),
  };
}
