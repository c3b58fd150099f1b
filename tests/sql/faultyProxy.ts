import { connect, createServer, type Socket } from 'node:net';

/**
 * What happens to the next request that passes:
 * - `cutBefore`: the connection is lost before the server hears of it.
 * - `cutWithin`: the server hears the first half of it and then loses the client.
 * - `cutAfter`: the server hears all of it and loses the client at once.
 * - `cutAnswer`: the server answers, and the connection is lost with the answer.
 * - `holdRequest`, `holdAnswer`: it, or its answer, is on the way until the client gives up.
 */
export type Fault =
  | 'cutBefore'
  | 'cutWithin'
  | 'cutAfter'
  | 'cutAnswer'
  | 'holdRequest'
  | 'holdAnswer';

export const faults: readonly Fault[] = [
  'cutBefore',
  'cutWithin',
  'cutAfter',
  'cutAnswer',
  'holdRequest',
  'holdAnswer',
];

/** A line to the server that can be cut and held, on a port of its own. */
export type FaultyProxy = {
  readonly port: number;
  /** The next requests, on whatever connections, meet these faults, one each. */
  arm(...next: readonly Fault[]): void;
  /** How many faults have happened. */
  happened(): number;
  close(): Promise<void>;
};

/** Opens a line to 127.0.0.1:`serverPort`. */
export async function openFaultyProxy(serverPort: number): Promise<FaultyProxy> {
  const armed: Fault[] = [];
  const sockets = new Set<Socket>();
  let happened = 0;
  const take = () => {
    const fault = armed.shift();
    if (fault !== undefined) happened += 1;
    return fault;
  };
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: serverPort, host: '127.0.0.1', noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // Cut connections are what this is for.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    join(client, upstream, take);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a port is listened on');
  return {
    port: address.port,
    arm: (...next) => void armed.push(...next),
    happened: () => happened,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function join(client: Socket, upstream: Socket, take: () => Fault | undefined): void {
  let fault: Fault | undefined;
  const cut = () => {
    client.resetAndDestroy();
    upstream.destroy();
  };
  client.on('data', (bytes) => {
    // What follows a fault on its connection, such as the request to give up, meets the same.
    fault ??= take();
    if (fault === 'holdRequest') return;
    if (fault === 'cutBefore') {
      cut();
    } else if (fault === 'cutWithin') {
      upstream.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), cut);
    } else if (fault === 'cutAfter') {
      upstream.write(bytes, cut);
    } else {
      upstream.write(bytes);
    }
  });
  upstream.on('data', (bytes) => {
    if (fault === 'holdAnswer') return;
    if (fault === 'cutAnswer') cut();
    else client.write(bytes);
  });
}
