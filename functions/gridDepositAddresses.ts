import type { Handlers } from '../shared/http/edge.ts';
import { depositAddress } from '../shared/operations/depositAddress.ts';
import type { Ports } from '../shared/ports/ports.ts';

/** `POST /grids/{gridId}/deposit-addresses` */
export function gridDepositAddresses(ports: Ports): Handlers<'gridDepositAddresses'> {
  return {
    POST: async ({ params, assignedId }) => {
      const result = await depositAddress(ports, params.gridId, assignedId);
      if (!result.ok) return result;
      const { address, index } = result.value;
      return { ok: true, value: { status: 200, body: { address, index } } };
    },
  };
}
