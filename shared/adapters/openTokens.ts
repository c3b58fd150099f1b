import type { AuthSettings } from '../config/authSettings.ts';
import { SettingsError } from '../config/environment.ts';
import type { Health } from '../ports/health.ts';
import type { Tokens } from '../ports/tokens.ts';

/** Opens what verifies the tokens of callers; an issuer is asked for its keys at the first token. */
export async function openTokens(
  settings: AuthSettings,
): Promise<{ readonly tokens: Tokens; readonly health: readonly Health[] }> {
  if (settings.kind === 'open') return { tokens: settings, health: [] };
  if (settings.kind === 'closed') return { tokens: settings, health: [notConfigured] };
  const { issuerTokens } = await import('./oidc/issuerTokens.ts');
  const { health, ...tokens } = issuerTokens(settings);
  return { tokens, health: [health] };
}

/** An app that refuses everybody does not do its work. */
const notConfigured: Health = {
  name: 'tokens',
  check: async () => {
    throw new SettingsError('AUTH_ISSUER is not set: every request but for health is refused.');
  },
};
