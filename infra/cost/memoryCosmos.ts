import type { ContainerName } from '../../shared/adapters/azure/cosmos/containers.ts';
import type {
  Documents,
  PartitionQuery,
  Stored,
} from '../../shared/adapters/azure/cosmos/documents.ts';
import type { CosmosDatabase } from '../../shared/adapters/azure/cosmos/openCosmos.ts';

export type RequestKind = 'create' | 'replace' | 'read' | 'query';

/** A request that a store made: `bytes` is the JSON that was written, or that came back. */
export type CosmosRequest = {
  readonly container: ContainerName;
  readonly kind: RequestKind;
  readonly bytes: number;
};

/** A Cosmos DB in memory for one process, to count what the stores ask of the real one. */
export type MemoryCosmos = {
  readonly database: CosmosDatabase;
  /** The requests since the last call, in their order. */
  takeRequests(): readonly CosmosRequest[];
  /** Bytes of JSON of all documents now. */
  storedBytes(): number;
};

type Row = { readonly id: string } & Readonly<Record<string, unknown>>;
type Partitions = Map<string, Map<string, Row>>;

/** The queries that the stores make and no others: comparisons joined by AND, in the order of a field. */
export function memoryCosmos(): MemoryCosmos {
  const containers = new Map<ContainerName, Partitions>();
  let requests: CosmosRequest[] = [];
  let etags = 0;
  const partitionsOf = (name: ContainerName): Partitions => {
    const found = containers.get(name) ?? new Map<string, Map<string, Row>>();
    containers.set(name, found);
    return found;
  };
  const documents = (container: ContainerName): Documents => {
    const partitions = partitionsOf(container);
    const count = (kind: RequestKind, value: unknown) => {
      requests.push({ container, kind, bytes: bytesOf(value ?? {}) });
    };
    const put = (pk: string, document: { readonly id: string }): string => {
      etags += 1;
      const _etag = `"${etags}"`;
      const partition = partitions.get(pk) ?? new Map<string, Row>();
      partitions.set(pk, partition);
      partition.set(document.id, { ...document, _etag });
      return _etag;
    };
    return {
      async create(document) {
        const pk = pkOf(document);
        count('create', document);
        if (partitions.get(pk)?.has(document.id) === true) return false;
        put(pk, document);
        return true;
      },
      async read<Body extends { readonly id: string }>(pk: string, id: string) {
        const found = partitions.get(pk)?.get(id);
        count('read', found ?? {});
        return found as Stored<Body> | undefined;
      },
      async refresh<Body extends { readonly id: string }>(pk: string, known: Stored<Body>) {
        const found = partitions.get(pk)?.get(known.id) as Stored<Body> | undefined;
        const isSame = found?._etag === known._etag;
        // Of what has not changed, the answer is its status alone.
        count('read', isSame ? {} : found);
        return isSame ? known : found;
      },
      async replace(pk, document, etag) {
        count('replace', document);
        if (partitions.get(pk)?.get(document.id)?.['_etag'] !== etag) return undefined;
        return put(pk, document);
      },
      async delete(pk, id) {
        // It costs what writing the document costs.
        count('replace', partitions.get(pk)?.get(id));
        partitions.get(pk)?.delete(id);
      },
      async query<Answer>(pk: string, query: PartitionQuery) {
        const rows = answer([...(partitions.get(pk)?.values() ?? [])], query);
        count('query', rows);
        return rows as unknown as readonly Answer[];
      },
    };
  };
  return {
    database: {
      operate: (_operation, work) => work(documents),
      check: async () => undefined,
    },
    takeRequests() {
      const taken = requests;
      requests = [];
      return taken;
    },
    storedBytes: () =>
      [...containers.values()]
        .flatMap((partitions) => [...partitions.values()])
        .flatMap((partition) => [...partition.values()])
        .reduce((sum, row) => sum + bytesOf(row), 0),
  };
}

function answer(rows: readonly Row[], { where, orderBy, top, parameters }: PartitionQuery): Row[] {
  const conditions = (where ?? '').split(' AND ').filter((condition) => condition !== '');
  const found = rows.filter((row) =>
    conditions.every((each) => holds(row, each, parameters ?? {})),
  );
  const [field = 'c.id', direction] = (orderBy ?? 'c.id').split(' ');
  const sign = direction === 'DESC' ? -1 : 1;
  const keyOf = (row: Row) => String(row[field.slice(2)]);
  found.sort((a, b) => (keyOf(a) < keyOf(b) ? -sign : sign));
  return found.slice(0, top ?? found.length);
}

function holds(
  row: Row,
  condition: string,
  parameters: Readonly<Record<string, unknown>>,
): boolean {
  const match = /^c\.(\w+) (=|<|<=|>|>=) (@\w+|true)$/.exec(condition);
  if (match === null) throw new Error(`"${condition}" is no condition that is known here`);
  const [, field = '', comparison, operand = ''] = match;
  const left = row[field];
  if (operand === 'true') return left === true;
  const right = parameters[operand];
  if (typeof left !== 'string' || typeof right !== 'string') return false;
  if (comparison === '=') return left === right;
  if (comparison === '<') return left < right;
  if (comparison === '<=') return left <= right;
  return comparison === '>' ? left > right : left >= right;
}

function pkOf(document: { readonly id: string }): string {
  const pk = 'pk' in document ? document.pk : document.id;
  return String(pk);
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
