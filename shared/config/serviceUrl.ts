import { SettingsError } from './environment.ts';
import { isLocal } from './hostNames.ts';

/**
 * The base URL of a service, without a slash at its end; plain HTTP to this machine only. Throws
 * SettingsError, which does not quote it: a password in it is what it may be refused for.
 */
export function serviceUrl(name: string, text: string): string {
  const url = URL.parse(text);
  const isBase =
    url !== null && [url.username, url.password, url.search, url.hash].every((part) => part === '');
  if (isBase && isPrivateEnough(url)) return url.href.replace(/\/+$/, '');
  throw new SettingsError(
    `${name} must be a URL like https://HOST/PATH, without a login in it; http is for this machine only.`,
  );
}

/** Nobody else can read or change what is said to such a URL. */
export function isPrivateEnough({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLocal(hostname));
}
