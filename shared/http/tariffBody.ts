import type { Static } from 'typebox';
import type { Terms } from '../domain/grid.ts';
import type { DeepReadonly } from '../schemas/input.ts';
import type { TariffVersion } from '../schemas/tariff.ts';
import { marketBody } from './marketBody.ts';

/** A version of a grid's terms as the API shows it. */
export function tariffVersionBody({
  version: { validFrom, market, tariff },
  isSettled,
}: {
  readonly version: Terms;
  readonly isSettled: boolean;
}): DeepReadonly<Static<typeof TariffVersion>> {
  return { validFrom, market: marketBody(market), tariff, isSettled };
}
