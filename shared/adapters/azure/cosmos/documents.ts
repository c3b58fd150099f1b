import { setTimeout as sleep } from 'node:timers/promises';
import type { Container, JSONValue } from '@azure/cosmos';
import { codeOf, status } from './cosmosErrors.ts';
import type { RequestMeter } from './requestMeter.ts';

/** A document as read, with the tag of its state: as the service gives it, quotes included. */
export type Stored<Body> = Body & { readonly _etag: string };

/** A query of one partition. `where`, `orderBy` and `select` are text of this code, never of a user. */
export type PartitionQuery = {
  /** What to answer per document `c`; without it, the document. */
  readonly select?: string;
  readonly where?: string;
  readonly orderBy?: 'c.id' | 'c.id DESC' | 'c.timeframe';
  readonly top?: number;
  readonly parameters?: Readonly<Record<`@${string}`, JSONValue>>;
};

/** The documents of one container, as an operation of a store uses them. Failures come as the SDK's. */
export type Documents = {
  /** Writes a document under a new id. False when the id is taken, and nothing is written. */
  create(document: { readonly id: string }): Promise<boolean>;
  /** A point read. */
  read<Body extends { readonly id: string }>(
    pk: string,
    id: string,
  ): Promise<Stored<Body> | undefined>;
  /** The document as it is now, of which an earlier state is known; cheap where that is it. */
  refresh<Body extends { readonly id: string }>(
    pk: string,
    known: Stored<Body>,
  ): Promise<Stored<Body> | undefined>;
  /** Replaces what is still at `etag`, and answers the new one; undefined when it is not, or gone. */
  replace(pk: string, document: { readonly id: string }, etag: string): Promise<string | undefined>;
  /** Deletes a document; one that is not there is no failure. */
  delete(pk: string, id: string): Promise<void>;
  /** All rows that a query of one partition finds. */
  query<Row>(pk: string, query: PartitionQuery): Promise<readonly Row[]>;
};

/** The documents of a container; every request is counted by `meter`. */
export function documentsOf(container: Container, meter: RequestMeter): Documents {
  return {
    async create(document) {
      const response = await writing(meter, () => container.items.create(document), [
        status.conflict,
      ]);
      return response !== undefined;
    },
    async read<Body extends { readonly id: string }>(pk: string, id: string) {
      const response = await counted(meter, () => container.item(id, pk).read<Body>());
      return response.resource;
    },
    async refresh<Body extends { readonly id: string }>(pk: string, known: Stored<Body>) {
      const accessCondition = { type: 'IfNoneMatch', condition: known._etag };
      const response = await counted(meter, () =>
        container.item(known.id, pk).read<Body>({ accessCondition }),
      );
      return response.statusCode === status.notModified ? known : response.resource;
    },
    async replace(pk, document, etag) {
      const accessCondition = { type: 'IfMatch', condition: etag };
      const response = await writing(
        meter,
        () => container.item(document.id, pk).replace(document, { accessCondition }),
        [status.preconditionFailed, status.notFound],
      );
      return response?.resource?._etag;
    },
    async delete(pk, id) {
      await writing(meter, () => container.item(id, pk).delete(), [status.notFound]);
    },
    async query<Row>(pk: string, query: PartitionQuery) {
      const spec = { query: textOf(query), parameters: parametersOf(pk, query) };
      const options = { partitionKey: pk, maxItemCount: rowsPerResponseMax };
      const pages = container.items.query<Row>(spec, options);
      const { resources, requestCharge } = await failing(meter, () => pages.fetchAll());
      meter.count({ requestCharge, headers: {} });
      return resources;
    },
  };
}

/** Rows that one response may hold; the service cuts it at 4 MB besides. */
const rowsPerResponseMax = 1_000;
/** The service asks for a repeat (449) when two writes meet: nothing was written. The SDK does not. */
const retryWithAttemptsMax = 5;
const retryWithDelayMs = 10;

type Response = { readonly requestCharge: number; readonly headers: Record<string, unknown> };

/** A write: repeated on 449; undefined when it was refused with one of the `expected` statuses. */
async function writing<R extends Response>(
  meter: RequestMeter,
  request: () => Promise<R>,
  expected: readonly number[],
): Promise<R | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await counted(meter, request);
    } catch (error) {
      const code = codeOf(error);
      if (typeof code === 'number' && expected.includes(code)) return undefined;
      if (code !== status.retryWith || attempt >= retryWithAttemptsMax) throw error;
      await sleep(retryWithDelayMs * 2 ** attempt);
    }
  }
}

async function counted<R extends Response>(
  meter: RequestMeter,
  request: () => Promise<R>,
): Promise<R> {
  const response = await failing(meter, request);
  meter.count(response);
  return response;
}

async function failing<R>(meter: RequestMeter, request: () => Promise<R>): Promise<R> {
  try {
    return await request();
  } catch (error) {
    meter.countFailure(error);
    throw error;
  }
}

// The key is in the WHERE clause as well as in the options: what routes a query does not filter it
// everywhere.
function textOf({ select = '*', where, orderBy, top }: PartitionQuery): string {
  return [
    `SELECT ${top === undefined ? '' : `TOP ${top} `}${select} FROM c WHERE c.pk = @pk`,
    ...(where === undefined ? [] : [`AND ${where}`]),
    ...(orderBy === undefined ? [] : [`ORDER BY ${orderBy}`]),
  ].join(' ');
}

function parametersOf(pk: string, { parameters = {} }: PartitionQuery) {
  const given = Object.entries(parameters).map(([name, value]) => ({ name, value }));
  return [{ name: '@pk', value: pk }, ...given];
}
