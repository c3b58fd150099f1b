import type { JWTVerifyGetKey } from 'jose';
import { isPrivateEnough } from '../../config/serviceUrl.ts';
import { type IssuerLimits, issuerJson, unavailable } from './issuerJson.ts';

export type KeyLimits = IssuerLimits & {
  /** How old keys may be before they are asked for again. */
  readonly freshMs: number;
  /** How old they may be where the issuer does not answer. */
  readonly staleMs: number;
  /** After an attempt to get keys, how long none is made for a key that is not among them. */
  readonly cooldownMs: number;
};

export const keyLimits: KeyLimits = {
  requestMs: 5_000,
  bytesMax: 500_000,
  freshMs: 10 * 60_000,
  staleMs: 60 * 60_000,
  cooldownMs: 30_000,
};

/** The keys of an issuer, as they were at some time. */
export type KeySet = { readonly keyOf: JWTVerifyGetKey; readonly fetchedAtMs: number };

export type IssuerKeys = {
  /** Its keys. Throws TokensUnavailableError where there are none that are young enough. */
  current(): Promise<KeySet>;
  /** Newer ones than these, for a key that is not among them; undefined where it is too early to ask. */
  newer(than: KeySet): Promise<KeySet | undefined>;
};

type Parts = {
  readonly issuer: string;
  /** Makes of a key set what finds the key of a token; throws for what is no key set. */
  readonly keyOf: (keySet: Readonly<Record<string, unknown>>) => JWTVerifyGetKey;
  readonly nowMs: () => number;
};

/**
 * The keys that an issuer publishes, found by OpenID Connect Discovery and kept for a while. Whoever
 * asks at the same time waits for the same answer; however many ask for a key that is not there, or
 * whose issuer does not answer, it is asked once in a while.
 */
export function issuerKeys(
  { issuer, keyOf, nowMs }: Parts,
  changes: Partial<KeyLimits> = {},
): IssuerKeys {
  const limits = { ...keyLimits, ...changes };
  let kept: KeySet | undefined;
  let failed: { readonly error: unknown; readonly atMs: number } | undefined;
  let pending: Promise<KeySet> | undefined;

  function fetchAgain(): Promise<KeySet> {
    pending ??= fetchOnce().finally(() => {
      pending = undefined;
    });
    return pending;
  }

  async function fetchOnce(): Promise<KeySet> {
    try {
      const fetchedAtMs = nowMs();
      const keySet = await publishedKeys(issuer, limits);
      kept = { keyOf: parsed(issuer, keySet, keyOf), fetchedAtMs };
      failed = undefined;
      return kept;
    } catch (error) {
      failed = { error, atMs: nowMs() };
      throw error;
    }
  }

  const isCooling = (atMs: number) => nowMs() - atMs < limits.cooldownMs;

  return {
    async current() {
      const known = kept;
      const ageMs = known === undefined ? Number.POSITIVE_INFINITY : nowMs() - known.fetchedAtMs;
      if (known !== undefined && ageMs < limits.freshMs) return known;
      const isUsable = known !== undefined && ageMs < limits.staleMs;
      if (failed !== undefined && isCooling(failed.atMs)) {
        if (isUsable) return known;
        throw failed.error;
      }
      // Keys that are old and known are better than none, while the issuer is away.
      return isUsable ? fetchAgain().catch(() => known) : fetchAgain();
    },
    async newer(than) {
      if (kept !== undefined && kept.fetchedAtMs > than.fetchedAtMs) return kept;
      if (isCooling(than.fetchedAtMs)) return undefined;
      if (failed !== undefined && isCooling(failed.atMs)) return undefined;
      return fetchAgain();
    },
  };
}

async function publishedKeys(issuer: string, limits: IssuerLimits) {
  const discovery = new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const { issuer: named, jwks_uri: place } = await issuerJson(discovery, limits);
  if (named !== issuer) {
    throw unavailable(discovery, 'says that it is another than AUTH_ISSUER');
  }
  const keys = typeof place === 'string' ? URL.parse(place) : null;
  if (keys === null || !isPrivateEnough(keys)) {
    throw unavailable(discovery, 'does not say where its keys are, at an https address');
  }
  return issuerJson(keys, limits);
}

function parsed(
  issuer: string,
  keySet: Readonly<Record<string, unknown>>,
  keyOf: Parts['keyOf'],
): JWTVerifyGetKey {
  try {
    return keyOf(keySet);
  } catch (cause) {
    throw unavailable(new URL(issuer), 'publishes something that is no set of keys', cause);
  }
}
