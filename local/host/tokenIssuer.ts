import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from 'jose';
import { readIfThere } from '../readIfThere.ts';

/** Whom a token is for, and what it lets them do. */
export type TokenOrder = {
  readonly subject: string;
  readonly roles: readonly string[];
  readonly minutes: number;
};

/** An issuer of OpenID Connect for this machine alone: whoever reaches it may have any token. */
export type TokenIssuer = {
  /** Settings of an app that takes its tokens. The issuer is known by its address from then on. */
  openAt(hostUrl: string): Readonly<Record<string, string>>;
  /** What it publishes below its address; undefined where that is nothing. */
  published(path: string): object | undefined;
  issue(order: TokenOrder): Promise<{ readonly token: string; readonly expiresAt: string }>;
};

/** Where the issuer is, below the address of the host. */
export const issuerPath = '/admin/issuer';
const audience = 'mini-smart-grid';
const algorithm = 'ES256';
const keyFile = 'token-issuer.json';

/**
 * Opens the issuer of a data directory. Its key is made at the first time and stays there, for its
 * owner alone to read. Tokens hold by real time, however fast the clock of the app runs.
 */
export async function openTokenIssuer(dataDirectory: string): Promise<TokenIssuer> {
  const secret = await readOrMakeKey(join(dataDirectory, keyFile));
  const key = await importJWK(secret, algorithm);
  const { d: _, ...shown } = secret;
  const kid = await calculateJwkThumbprint(shown);
  const keys = [{ ...shown, kid, alg: algorithm, use: 'sig' }];
  let issuer = '';
  return {
    openAt(hostUrl) {
      issuer = `${hostUrl}${issuerPath}`;
      return { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience };
    },
    published(path) {
      if (path === '/keys') return { keys };
      if (path !== '/.well-known/openid-configuration') return undefined;
      return {
        issuer,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ['token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: [algorithm],
      };
    },
    async issue({ subject, roles, minutes }) {
      const issuedAt = Math.floor(Date.now() / 1000);
      const expiresAt = issuedAt + minutes * 60;
      const token = await new SignJWT({ roles: [...roles] })
        .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(subject)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(key);
      return { token, expiresAt: new Date(expiresAt * 1000).toISOString() };
    },
  };
}

async function readOrMakeKey(file: string): Promise<JWK> {
  if (readIfThere(file) === undefined) {
    const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
    const text = JSON.stringify(await exportJWK(privateKey));
    // Whole or not at all: a host that is ended while it writes leaves no half of a key.
    rmSync(`${file}.new`, { force: true });
    writeFileSync(`${file}.new`, text, { mode: 0o600, flag: 'wx' });
    renameSync(`${file}.new`, file);
  }
  return keyIn(file);
}

function keyIn(file: string): JWK {
  try {
    const { kty, crv, x, y, d }: Readonly<Record<string, unknown>> = JSON.parse(
      readFileSync(file, 'utf8'),
    );
    if ([kty, crv, x, y, d].every((part) => typeof part === 'string')) {
      return { kty: String(kty), crv: String(crv), x: String(x), y: String(y), d: String(d) };
    }
    throw new Error('a part of it is missing');
  } catch (cause) {
    throw new Error(`${file} is no key; without it a new one is made.`, { cause });
  }
}
