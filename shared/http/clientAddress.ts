import { isIPv4, isIPv6 } from 'node:net';
import type { HttpRequestLike } from './edge.ts';

/** Of an address that nobody told. */
const unknown = 'unknown';
const headerLengthMax = 2_000;

/**
 * Where a request comes from: the last entry of X-Forwarded-For, which is that of the platform in front
 * of the app; whatever stands before it the client may have made up. Of an IPv6 address the network,
 * for one client has all of it.
 */
export function clientAddress(headers: HttpRequestLike['headers']): string {
  const header = headers.get('x-forwarded-for') ?? '';
  if (header.length > headerLengthMax) return unknown;
  const entry = header.slice(header.lastIndexOf(',') + 1).trim();
  const address = /^\[(.*)\](?::\d+)?$/.exec(entry)?.[1] ?? withoutPort(entry);
  if (isIPv4(address)) return address;
  return isIPv6(address) ? networkOf(address) : unknown;
}

function withoutPort(entry: string): string {
  return /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry;
}

/** The first 64 bits; of an IPv4 address in IPv6 that address. */
function networkOf(address: string): string {
  const v4 = /:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (v4 !== undefined) return v4;
  const [start = '', end = ''] = address.toLowerCase().split('%')[0]?.split('::') ?? [];
  const groupsOf = (text: string) => (text === '' ? [] : text.split(':'));
  const last = groupsOf(end);
  const isShort = address.includes('::');
  const left = groupsOf(start);
  const zeros = isShort ? 8 - left.length - last.length : 0;
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...last];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::`;
}
