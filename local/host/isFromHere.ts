import type { IncomingMessage } from 'node:http';
import { isLocal } from '../../shared/config/hostNames.ts';

/**
 * Is it from this machine, and not from a page of elsewhere that its browser shows? Such a page may send
 * what needs no leave of ours, and reach the host by a name of its own.
 */
export function isFromHere({ headers }: IncomingMessage, { hostname, origin }: URL): boolean {
  const page = headers['origin'];
  return isLocal(hostname) && (page === undefined || page === origin);
}
