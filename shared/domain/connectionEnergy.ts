const minutesPerHour = 60;

/** What a connection carries in so many minutes, either way: ⌊W × minutes ÷ 60⌋ Wh. */
export function connectionEnergyWh(limitW: number, minutes: number): number {
  // The product is below 2^53, and a quotient that is not whole is 1/60 from the next that is.
  return Math.floor((limitW * minutes) / minutesPerHour);
}
