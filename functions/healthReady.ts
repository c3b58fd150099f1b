import type { Handlers } from '../shared/http/edge.ts';
import { checkHealth } from '../shared/operations/checkHealth.ts';
import type { PortsSource } from './ports.ts';

/** `GET /health/ready`. Settings or stores that cannot be opened are a part that is not ready. */
export function healthReady(ports: PortsSource): Handlers<'healthReady'> {
  return {
    GET: async () => {
      const parts = await checkHealth(async () => (await ports()).health);
      const isReady = parts.every((part) => part.isReady);
      return isReady
        ? { ok: true, value: { status: 200, body: { status: 'ready', parts } } }
        : { ok: true, value: { status: 503, body: { status: 'unavailable', parts } } };
    },
  };
}
