import { accept } from '../../shared/domain/result.ts';
import type { EdgeDeps } from '../../shared/http/edge.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { type Call, openApi } from './api.ts';

/** The API as a caller with these roles finds it; undefined: one that has no token. */
export type CallAs = (roles: readonly string[] | undefined, subject?: string) => Call;

/** An issuer whose tokens say in plain text whose they are. */
const plainTokens: EdgeDeps['tokens'] = {
  kind: 'issuer',
  async verify(token) {
    const { subject, roles } = JSON.parse(Buffer.from(token, 'base64url').toString());
    return accept({ issuer: 'https://issuer.example', subject, roles });
  },
};

/** The functions of the API for callers of any kind. */
export function openApiFor(ports: Ports): CallAs {
  const call = openApi(ports, plainTokens);
  return (roles, subject = 'somebody') =>
    (method, path, body, headers = {}) => {
      const text = JSON.stringify({ subject, roles });
      const authorization = `Bearer ${Buffer.from(text).toString('base64url')}`;
      return call(method, path, body, { ...(roles && { authorization }), ...headers });
    };
}
