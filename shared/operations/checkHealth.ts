import { accept, type Result, refuse } from '../domain/result.ts';
import type { Health } from '../ports/health.ts';

export type PartHealth = {
  readonly name: string;
  readonly isReady: boolean;
  readonly reason?: string;
};

/**
 * Asks every part that the app stands on. The reason is the kind of a failure and its code, such as
 * `UnauthorizedAccess` or `ECONNREFUSED`: messages may name hosts, files and logins, and anybody may
 * ask. Only that of a wrong setting is told: it names the setting, and never its value.
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
    return refuse({ name, isReady: false, reason: reasonOf(name, error) });
  }
}

const codePattern = /^[A-Za-z0-9_.-]{1,60}$/;

function reasonOf(name: string, error: unknown): string {
  if (!(error instanceof Error)) return `Error: ${name} cannot be used`;
  if (error.name === 'SettingsError') return `${error.name}: ${error.message}`;
  const code = 'code' in error ? String(error.code) : '';
  const kind = codePattern.test(code) ? `${error.name} (${code})` : error.name;
  return `${kind}: ${name} cannot be used`;
}
