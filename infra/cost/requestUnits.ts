import type { CosmosRequest } from './memoryCosmos.ts';

/**
 * Request units by size in KB, as Microsoft publishes them: learn.microsoft.com, «Understand request
 * unit consumption in Azure Cosmos DB», for session consistency. Between two sizes the larger
 * counts.
 */
const published: readonly (readonly [sizeKb: number, read: number, write: number])[] = [
  [1, 1, 4.95],
  [2, 1.04, 6.29],
  [4, 1.14, 6.67],
  [8, 1.33, 7.04],
  [16, 1.67, 9.52],
  [32, 2.19, 11.23],
  [64, 4.76, 22.67],
  [128, 9.95, 48.19],
  [256, 20.28, 98.29],
  [512, 40.95, 184.57],
  [1024, 145.9, 625],
  [2048, 291.8, 1250],
];

/** Strong consistency reads from two replicas. */
export const strongReadFactor = 2;
/** What a replace takes on top of a create, since it reads and removes what was there. */
export const replaceFactor = 2;
/** What a query takes before it reads anything. */
export const queryBase = 2.3;
/** What the service adds to each document: _rid, _self, _etag, _attachments and _ts. */
export const systemPropertiesBytes = 200;

/** What a request costs in request units. An estimate: no account has charged it. */
export function estimatedRequestUnits({ kind, bytes }: CosmosRequest): number {
  const { read, write } = unitsFor(bytes + systemPropertiesBytes);
  if (kind === 'create') return write;
  if (kind === 'replace') return write * replaceFactor;
  if (kind === 'read') return read * strongReadFactor;
  return (queryBase + read) * strongReadFactor;
}

function unitsFor(bytes: number): { readonly read: number; readonly write: number } {
  const found = published.find(([sizeKb]) => bytes <= sizeKb * 1024);
  if (found !== undefined) return { read: found[1], write: found[2] };
  const [sizeKb, read, write] = published.at(-1) ?? [1, 1, 1];
  const times = bytes / (sizeKb * 1024);
  return { read: read * times, write: write * times };
}
