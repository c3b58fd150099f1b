const localNames = new Set(['localhost', '127.0.0.1', '::1', '[::1]']);
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const hostNamePattern = new RegExp(`^${label}(?:\\.${label})*$`);

/** Is this host the machine itself? Only there, and for emulators, are keys and passwords accepted. */
export function isLocal(host: string): boolean {
  return localNames.has(host.toLowerCase());
}

/** A name of DNS, without scheme, port or path. */
export function isHostName(text: string): boolean {
  return text.length <= 253 && (isLocal(text) || hostNamePattern.test(text));
}
