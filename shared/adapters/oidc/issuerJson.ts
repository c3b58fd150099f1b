import { TokensUnavailableError } from '../../ports/tokens.ts';
import { textWithin } from '../textWithin.ts';

/** How long an issuer is waited for, and how much of what it says is read. */
export type IssuerLimits = { readonly requestMs: number; readonly bytesMax: number };

/** A JSON object that an issuer publishes. Throws TokensUnavailableError, which names the host alone. */
export async function issuerJson(
  url: URL,
  { requestMs, bytesMax }: IssuerLimits,
): Promise<Readonly<Record<string, unknown>>> {
  let text: string;
  try {
    // A redirection is a failure: it may lead to where anybody can say what the keys are.
    const response = await fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(requestMs),
    });
    if (response.status !== 200) throw new Error(`it answers ${response.status}`);
    text = await textWithin(response, bytesMax);
  } catch (cause) {
    throw unavailable(url, 'does not answer as it should', cause);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) throw new Error('it is no object');
    return Object.fromEntries(Object.entries(value));
  } catch (cause) {
    throw unavailable(url, 'answers with something that is no JSON object', cause);
  }
}

export function unavailable({ host }: URL, what: string, cause?: unknown): TokensUnavailableError {
  return new TokensUnavailableError(`The issuer of tokens, ${host}, ${what}.`, { cause });
}
