import type { Static } from 'typebox';
import type { DeepReadonly } from '../schemas/input.ts';
import type { ReadingResult, ReadingsAnswer } from '../schemas/reading.ts';

type Result = DeepReadonly<Static<typeof ReadingResult>>;

/** What became of each reading, in the order of the request, with the counts. */
export function readingsBody(
  results: readonly Result[],
): DeepReadonly<Static<typeof ReadingsAnswer>> {
  const counts = { accepted: 0, duplicate: 0, late: 0, rejected: 0 };
  for (const { status } of results) counts[status] += 1;
  return { ...counts, results: results.toSorted((a, b) => a.index - b.index) };
}
