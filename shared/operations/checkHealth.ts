import { accept, type Result, refuse } from '../domain/result.ts';
import type { Health } from '../ports/health.ts';

export type PartHealth = {
  readonly name: string;
  readonly isReady: boolean;
  readonly reason?: string;
};

/**
 * Asks every part that the app stands on. What exactly is wrong with one is for the operator's log:
 * a stranger only learns which part it is.
 */
export async function checkHealth(
  open: () => Promise<readonly Health[]>,
): Promise<readonly PartHealth[]> {
  const opened = await attempt('settings', open);
  if (!opened.ok) return [opened.refusal];
  return Promise.all(
    opened.value.map(async ({ name, check }) => {
      const checked = await attempt(name, check);
      return checked.ok ? { name, isReady: true } : checked.refusal;
    }),
  );
}

async function attempt<Value>(
  name: string,
  work: () => Promise<Value>,
): Promise<Result<Value, PartHealth>> {
  try {
    return accept(await work());
  } catch (error) {
    const kind = error instanceof Error ? error.name : 'Error';
    return refuse({ name, isReady: false, reason: `${kind}: ${name} cannot be used` });
  }
}
