import { type AccountId, compareIds, miniGrid } from './ids.ts';
import type { NettoLine, Position } from './netto.ts';
import type { TradeAhead } from './order.ts';
import { subtractWh, wattHours } from './units.ts';

/**
 * netto − sold ahead + bought ahead of each account, zeros included, by id ascending: of each line,
 * and of accounts that traded ahead and have none. `mini-grid` has the opposite of all that was
 * traded ahead, so Σ positions = Σ nettos. Lines come by id ascending.
 */
export function positionsOf(
  lines: readonly NettoLine[],
  ahead: readonly Pick<TradeAhead, 'prosumerId' | 'side' | 'energyWh'>[],
): readonly Position[] {
  const nettos: Position[] = lines.map(({ prosumerId, producedWh, consumedWh }) => ({
    accountId: prosumerId,
    positionWh: subtractWh(producedWh, consumedWh),
  }));
  if (ahead.length === 0) return nettos;
  const moved = movedAhead(ahead);
  const positions = nettos.map(({ accountId, positionWh }) => {
    const movedWh = moved.get(accountId) ?? 0;
    moved.delete(accountId);
    return { accountId, positionWh: wattHours(positionWh + movedWh) };
  });
  for (const [accountId, movedWh] of moved) {
    positions.push({ accountId, positionWh: wattHours(movedWh) });
  }
  return positions.sort((a, b) => compareIds(a.accountId, b.accountId));
}

/** What trades ahead move each position by. */
function movedAhead(
  ahead: readonly Pick<TradeAhead, 'prosumerId' | 'side' | 'energyWh'>[],
): Map<AccountId, number> {
  const moved = new Map<AccountId, number>();
  const move = (accountId: AccountId, wh: number) =>
    moved.set(accountId, (moved.get(accountId) ?? 0) + wh);
  for (const { prosumerId, side, energyWh } of ahead) {
    const wh = side === 'sell' ? -energyWh : energyWh;
    move(prosumerId, wh);
    move(miniGrid, -wh);
  }
  return moved;
}
