/** Whole numbers from 0 to max − 1, the same sequence for the same seed. */
export type Seeded = (max: number) => number;

/**
 * A generator of 32 bits of state that is stepped by a constant and then mixed (a Weyl sequence
 * through an avalanche of xor, shift and odd multiplication). Good enough to spread energies.
 */
export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  return (max) => {
    state = (state + weylStep) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), firstFactor);
    mixed = Math.imul(mixed ^ (mixed >>> 15), secondFactor);
    const bits = (mixed ^ (mixed >>> 16)) >>> 0;
    return Math.floor((bits / 2 ** 32) * max);
  };
}

// The step is odd, so that all states come up; it is 2^32 divided by the golden ratio.
const weylStep = 0x9e3779b9;
const firstFactor = 0x21f0aaad;
const secondFactor = 0x735a2d97;
