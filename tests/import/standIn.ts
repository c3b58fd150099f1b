import { createServer, type Server } from 'node:http';
import { isJsonObject, objectOf, objectsIn, textIn } from '../../local/jsonFields.ts';

/**
 * A stand-in for the readings of the API: it keeps what is posted, answers duplicates and conflicts,
 * and fails when told to. Independent of the app on purpose: it is the contract these tests assume.
 */
export type StandIn = {
  readonly url: string;
  /** `prosumerId timeframe` → `producedWh consumedWh quality`. */
  readonly stored: ReadonlyMap<string, string>;
  /** Sizes of the requests that were answered with 200. */
  readonly batches: readonly number[];
  /** Readings that came a second time with the same content. */
  duplicates(): number;
  close(): Promise<void>;
};

export type Fault = 'refuse' | 'store then drop' | { status: number; retryAfter?: string };

/** `faultOf` says, by the number of the request from 1, whether and how it fails. */
export async function startStandIn(
  faultOf: (request: number) => Fault | undefined = () => undefined,
): Promise<StandIn> {
  const stored = new Map<string, string>();
  const batches: number[] = [];
  let requests = 0;
  let duplicates = 0;
  const server = createServer((request, response) => {
    requests += 1;
    const fault = faultOf(requests);
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      if (fault === 'refuse') return request.socket.destroy();
      if (typeof fault === 'object') {
        if (fault.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter);
        return response.writeHead(fault.status).end('{"code":"unavailable","detail":"later"}');
      }
      const readings = objectsIn(
        objectOf(JSON.parse(Buffer.concat(pieces).toString())),
        'readings',
      );
      const counts = { accepted: 0, duplicate: 0, late: 0, rejected: 0 };
      const results = readings.map((reading, index) => {
        const outcome = keep(reading);
        counts[outcome.status] += 1;
        return { index, ...outcome };
      });
      duplicates += counts.duplicate;
      if (fault === 'store then drop') return request.socket.destroy();
      batches.push(readings.length);
      return response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ ...counts, results }));
    });
  });

  function keep(reading: unknown) {
    const fields = objectOf(reading);
    const key = `${textIn(fields, 'prosumerId')} ${textIn(fields, 'timeframe')}`;
    if (key.startsWith('stranger')) {
      return { status: 'rejected', code: 'prosumer_not_found' } as const;
    }
    const value = [fields['producedWh'], fields['consumedWh'], fields['quality'] ?? 'measured'];
    const before = stored.get(key);
    if (before === undefined) {
      stored.set(key, value.join(' '));
      return { status: 'accepted' } as const;
    }
    return before === value.join(' ')
      ? ({ status: 'duplicate' } as const)
      : ({ status: 'rejected', code: 'reading_conflict' } as const);
  }

  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/api`,
    stored,
    batches,
    duplicates: () => duplicates,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(isJsonObject(address) ? Number(address['port']) : 0);
    });
  });
}
