import type { CloseCommand, TradeBatch } from '../domain/messages.ts';
import { validate } from '../validation/validate.ts';

type Messages = { readonly CloseCommand: CloseCommand; readonly TradeBatch: TradeBatch };

/** A message that is not what its queue carries. Thrown, so that the queue dead-letters it. */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError';
}

/** Takes a message of a queue, parsed by the host or not. Throws MalformedMessageError. */
export function readMessage<Name extends keyof Messages>(
  name: Name,
  message: unknown,
): Messages[Name] {
  const body = typeof message === 'string' ? parseJson(name, message) : message;
  const errors = validate(name, body);
  if (errors === undefined) return body as Messages[Name];
  const places = errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ');
  throw new MalformedMessageError(`The message is no ${name}: ${places}`);
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MalformedMessageError(`The message is no ${name}: it is not JSON`, { cause });
  }
}
