/** The two Cosmos DB databases of the app, each with the containers that it needs. */
export const databases = {
  smartGridInfo: ['grids', 'closings', 'readings', 'answers', 'auditEntries'],
  traderInfo: ['trades'],
} as const satisfies Readonly<Record<string, readonly ContainerName[]>>;

export type DatabaseName = keyof typeof databases;
export type ContainerName =
  | 'grids'
  | 'closings'
  | 'readings'
  | 'answers'
  | 'auditEntries'
  | 'trades';

/** What a container is, apart from its throughput: code, emulators and Bicep hold to the same. */
export type ContainerDefinition = {
  readonly id: ContainerName;
  readonly partitionKey: { readonly paths: readonly [string] };
  readonly indexingPolicy: {
    readonly indexingMode: 'consistent';
    readonly automatic: true;
    readonly includedPaths: readonly { readonly path: string }[];
    readonly excludedPaths: readonly { readonly path: string }[];
  };
  /** Seconds; −1: documents stay unless they bear a `ttl` of their own; absent: they always stay. */
  readonly defaultTtl?: number;
};

/**
 * The consistency that the account must have. The race between a reading and a closing is decided
 * by "write first, look afterwards" from both sides, across instances: a look that may be answered
 * by a replica that is behind would lose a reading. With one region it costs the writes nothing.
 */
export const consistencyLevel = 'Strong';

/**
 * Partition keys (20 GB and 10 000 RU/s each), one path `/pk` but for answers:
 * - grids: `grids` for all settings, of about 1 KB each, so that listing grids is a query of one
 *   partition; the grid's id for its totals and its roster shards (10 000 prosumers: 0.85 MB).
 * - closings: the grid's id for its timeframe documents (35 000 a year: 45 MB); grid and netto for
 *   the pages of a netto, which are read as a whole.
 * - readings: grid and timeframe; grid and instant for registers. 10 000 readings: 0.55 MB.
 * - answers: the id itself. Nothing but point reads.
 * - auditEntries: the grid's id for who changed its settings and tariffs, of about 1 KB each.
 * - trades: grid, timeframe, revision and batch, so 500 documents; the grid's id for the entries of
 *   its recorded batches (700 000 a year at 10 000 prosumers: 200 MB).
 *
 * `id` and `_ts` are always indexed; besides them only what a WHERE names.
 */
export const containers: Readonly<Record<ContainerName, ContainerDefinition>> = {
  grids: definition('grids', '/pk', ['/pk/?']),
  closings: definition('closings', '/pk', ['/pk/?', '/timeframe/?', '/isOpen/?', '/isLate/?']),
  readings: definition('readings', '/pk', ['/pk/?']),
  answers: { ...definition('answers', '/id', []), defaultTtl: -1 },
  auditEntries: definition('auditEntries', '/pk', ['/pk/?']),
  trades: definition('trades', '/pk', ['/pk/?']),
};

function definition(
  id: ContainerName,
  partitionKeyPath: string,
  indexed: readonly string[],
): ContainerDefinition {
  return {
    id,
    partitionKey: { paths: [partitionKeyPath] },
    indexingPolicy: {
      indexingMode: 'consistent',
      automatic: true,
      includedPaths: indexed.map((path) => ({ path })),
      excludedPaths: [{ path: '/*' }],
    },
  };
}
