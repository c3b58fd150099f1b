import { type AskedTariff, statedTariff } from './priceTariff.ts';

/** Do two settings say the same, in whatever order their fields came? */
export function isSameSetting(a: unknown, b: unknown): boolean {
  return sortedJson(a) === sortedJson(b);
}

/** Do two tariffs ask for the same? */
export function isSameTariff(a: AskedTariff, b: AskedTariff): boolean {
  return isSameSetting(statedTariff(a), statedTariff(b));
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
