import { drawOf } from '../endToEnd/random.ts';
import { gridPath, homeOf, type SoakTimes } from './soakGrid.ts';

/** Every list and every view that is asked for again and again, each with a page of bounded length. */
export function readsOf(times: SoakTimes, homes: number, random: () => number): readonly string[] {
  const home = homeOf(Math.floor(random() * homes));
  const last = Math.max(0, times.lastEnded() - 15);
  const at = times.instantOf(last);
  const range = `from=${at}&to=${times.instantOf(last + 1)}&limit=1000`;
  const dataset = drawOf(['trades', 'postings', 'nettos'], random);
  return [
    '/health/ready',
    '/grids',
    gridPath,
    `${gridPath}/prosumers?limit=100`,
    `${gridPath}/timeframes?limit=100`,
    `${gridPath}/netto?timeframe=${at}&limit=100`,
    `${gridPath}/accounts?limit=100`,
    `${gridPath}/tariffs`,
    `${gridPath}/quote?timeframe=${times.instantOf(last + 60)}`,
    `${gridPath}/completeness?from=${at}&to=${times.instantOf(last + 1)}`,
    `${gridPath}/exports/${dataset}?${range}`,
    '/prosumers?gridId=soak&limit=100',
    `/prosumers/${home}`,
    `/prosumers/${home}/transactions?limit=100`,
    `/prosumers/${home}/netto?limit=100`,
    `/trades?gridId=soak&timeframe=${at}&limit=100`,
    `/trades?prosumerId=${home}&status=pending&limit=100`,
    `/orders?prosumerId=${home}&limit=100`,
    '/openapi.json',
  ];
}
