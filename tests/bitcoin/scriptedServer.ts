import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';

export type Heard = { readonly headers: IncomingHttpHeaders; readonly body: string };
/** What is answered to a request; `silence` keeps it waiting. */
export type Said =
  | 'silence'
  | { readonly status: number; readonly text: string; readonly location?: string };

export type ScriptedServer = {
  readonly url: string;
  readonly heard: readonly Heard[];
  stop(): Promise<void>;
};

/** A server on this machine that answers as a test says, to show what becomes of odd answers. */
export async function startScriptedServer(
  say: (heard: Heard, count: number) => Said,
): Promise<ScriptedServer> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const next = { headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
      heard.push(next);
      const said = say(next, heard.length);
      if (said === 'silence') return;
      response.statusCode = said.status;
      if (said.location !== undefined) response.setHeader('location', said.location);
      response.end(said.text);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    heard,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
