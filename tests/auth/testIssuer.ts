import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export type SigningKey = {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  readonly shown: JWK;
};

/** A key pair of somebody who signs tokens. */
export async function makeKey(alg: string, kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, shown: { ...(await exportJWK(publicKey)), kid } };
}

export type TestIssuer = {
  readonly url: string;
  /** What it publishes; a test may change it. */
  keys: readonly JWK[];
  discovery: object | undefined;
  /** Instead of a set of keys. */
  keysText: string | undefined;
  status: number;
  /** Milliseconds before each answer. */
  delayMs: number;
  readonly asked: string[];
  close(): Promise<void>;
};

/** An issuer of OpenID Connect over real HTTP on this machine. */
export async function startIssuer(keys: readonly SigningKey[]): Promise<TestIssuer> {
  const issuer: { -readonly [K in keyof TestIssuer]: TestIssuer[K] } = {
    url: '',
    keys: keys.map(({ shown }) => shown),
    discovery: undefined,
    keysText: undefined,
    status: 200,
    delayMs: 0,
    asked: [],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server: Server = createServer((request, response) => {
    const path = request.url ?? '';
    issuer.asked.push(path);
    const documents: Readonly<Record<string, string>> = {
      '/realm/.well-known/openid-configuration': JSON.stringify(
        issuer.discovery ?? { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` },
      ),
      '/realm/keys': issuer.keysText ?? JSON.stringify({ keys: issuer.keys }),
    };
    const text = documents[path];
    const answer = () => {
      response.writeHead(text === undefined ? 404 : issuer.status, {
        location: `${issuer.url}/elsewhere`,
      });
      response.end(text);
    };
    if (issuer.delayMs === 0) answer();
    else setTimeout(answer, issuer.delayMs).unref();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  issuer.url = `http://127.0.0.1:${address.port}/realm`;
  return issuer;
}

/** What a token says, or is made to say. */
export type TestClaims = Readonly<Record<string, unknown>>;

/** Signs claims, less those that are undefined; `header` is laid over the usual one. */
export function sign(
  key: SigningKey,
  claims: TestClaims,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return new SignJWT(JSON.parse(JSON.stringify(claims)))
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.privateKey);
}
