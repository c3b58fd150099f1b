/** Time as the host's timers see it; it may run faster than the system's. */
export type HostClock = {
  nowMs(): number;
  /** Calls back once `delayMs` of this time have passed, or a little before; answers how to cancel. */
  after(delayMs: number, callback: () => void): () => void;
};

/** A time that was `originMs` when the system's was `realOriginMs`, and runs `speed` times as fast. */
export type ScaledTime = {
  readonly originMs: number;
  readonly realOriginMs: number;
  readonly speed: number;
};

/** Longest delay setTimeout takes. A longer one ends early, and its caller waits again. */
const DELAY_MS_MAX = 2 ** 31 - 1;

/** The system's clock, or a scaled one. */
export function createHostClock(scaled: ScaledTime | undefined): HostClock {
  const { originMs, realOriginMs, speed } = scaled ?? { originMs: 0, realOriginMs: 0, speed: 1 };
  return {
    nowMs: () => originMs + (Date.now() - realOriginMs) * speed,
    after(delayMs, callback) {
      const timer = setTimeout(callback, Math.min(Math.ceil(delayMs / speed), DELAY_MS_MAX));
      return () => clearTimeout(timer);
    },
  };
}
