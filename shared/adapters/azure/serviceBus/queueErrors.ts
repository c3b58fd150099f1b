/** A queue did not take what was sent, or could not be asked. Its cause is what the SDK threw. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
  /** May the same well succeed later? */
  readonly isTransient: boolean;
  /** What the SDK calls it, such as `ServiceTimeout` or `UnauthorizedAccess`. */
  readonly code: string;

  constructor(what: string, cause: unknown) {
    const parts = partsOf(cause);
    const code = codeOf(parts.at(-1)) ?? 'Unknown';
    super(`${what}: ${code}`, { cause });
    this.code = code;
    this.isTransient = parts.some(isTransientPart);
  }
}

/** A message that no queue would take, however often it is sent. */
export class MessageTooLargeError extends Error {
  override readonly name = 'MessageTooLargeError';
}

/** Is this failure of Service Bus one after which the same may well succeed? */
export function isServiceBusTransient(error: unknown): boolean {
  return error instanceof QueueUnavailableError && error.isTransient;
}

/** Those that an operator has to mend. The SDK tries some of them again too, in vain. */
const lastingCodes = new Set([
  'MessageSizeExceeded',
  'MessagingEntityDisabled',
  'MessagingEntityNotFound',
  'UnauthorizedAccess',
]);
const passingCodes = new Set(['QuotaExceeded', 'ServiceBusy', 'ServiceTimeout']);
/** What the sockets below the SDK say, and what it says itself when a limit of time has run out. */
const passingNames =
  /\b(?:AbortError|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|EPIPE|ETIMEDOUT|Failed to connect)\b/;

function isTransientPart(part: object): boolean {
  const code = codeOf(part);
  if (code !== undefined && lastingCodes.has(code)) return false;
  if (code !== undefined && passingCodes.has(code)) return true;
  if ('retryable' in part && part.retryable === true) return true;
  const { name, message } = part as { readonly name?: unknown; readonly message?: unknown };
  return passingNames.test(`${code} ${name} ${message}`);
}

function codeOf(part: object | undefined): string | undefined {
  if (part === undefined) return undefined;
  if ('code' in part && typeof part.code === 'string') return part.code;
  return 'name' in part && typeof part.name === 'string' ? part.name : undefined;
}

/** An attempt each, where the SDK tried several times: it throws them as a group. */
function partsOf(error: unknown): readonly object[] {
  if (error instanceof AggregateError) return error.errors.flatMap(partsOf);
  return typeof error === 'object' && error !== null ? [error] : [];
}
