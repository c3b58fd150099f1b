import { assert } from '../domain/assert.ts';
import { type Grid, gridDefaults } from '../domain/grid.ts';
import type { ProsumerId } from '../domain/ids.ts';
import type { MoneyNeed, Prosumer } from '../domain/prosumer.ts';
import type { FieldError, Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { addMinutes, type Instant, minutesPerDay } from '../domain/timeframe.ts';
import { answerKeptMinutes } from '../ports/idempotencyStore.ts';
import type { Ports } from '../ports/ports.ts';
import type { StoredProsumer } from '../ports/prosumerStore.ts';
import { type AuditingPorts, auditEntry } from './auditEntry.ts';
import { changedSinceRead } from './changeConditionally.ts';
import { etagOfProsumer } from './changeProsumer.ts';
import { prosumerNotFound } from './getProsumer.ts';
import { rosterProsumer } from './rosterProsumer.ts';
import { settledForGood } from './settledForGood.ts';

export type ErasurePorts = AuditingPorts &
  Pick<Ports, 'grids' | 'closings' | 'prosumers' | 'rosters'>;

/**
 * Erases the personal data of a deactivated prosumer at once, without waiting for the days in which it
 * is kept for questions; its ledger stays under its id. Refused, with all that needs the data, while
 * anything does. Repeatable: what is erased is answered as it is.
 */
export async function eraseProsumer(
  ports: ErasurePorts,
  prosumerId: ProsumerId,
  ifMatch: string | undefined,
): Promise<Result<StoredProsumer, Refusal>> {
  const stored = await ports.prosumers.get(prosumerId);
  if (stored === undefined) return refuse(prosumerNotFound(prosumerId));
  // Whatever `ifMatch` asks: a request that is repeated changed it itself.
  if (stored.prosumer.erasedAt !== undefined) return accept(stored);
  if (ifMatch !== undefined && ifMatch !== etagOfProsumer(stored)) return refuse(changedSinceRead);
  const grid = (await ports.grids.get(stored.prosumer.gridId))?.value;
  assert(grid !== undefined, `the grid of prosumer ${prosumerId} exists`);
  const needs = await needsFor(ports, grid, stored.prosumer);
  if (needs.length > 0) return refuse(needed(prosumerId, needs));
  const erased = await eraseStored(ports, stored);
  if (erased !== undefined) return accept(erased);
  return refuse(ifMatch === undefined ? changedMeanwhile : changedSinceRead);
}

/** Erases what nothing needed when it was read; undefined when something has changed since. */
export async function eraseStored(
  ports: ErasurePorts,
  { prosumer: { id, gridId }, version }: StoredProsumer,
): Promise<StoredProsumer | undefined> {
  const change = { gridId, action: 'erased', thing: { kind: 'prosumer', id } } as const;
  const erased = await ports.prosumers.erase(id, version, auditEntry(ports, change));
  if (erased !== undefined) await rosterProsumer(ports, erased);
  return erased;
}

/** What was answered to who created the prosumer names it, and is kept for a while. */
export function answersForgottenBy(now: Instant): Instant {
  return addMinutes(now, -answerKeptMinutes);
}

/** Everything that needs a prosumer's personal data, as texts. */
async function needsFor(
  ports: Pick<Ports, 'closings' | 'prosumers' | 'clock'>,
  grid: Grid,
  { id, status, activeUntil, createdAt }: Prosumer,
): Promise<readonly string[]> {
  const now = ports.clock.now();
  const money = await ports.prosumers.moneyNeeds(id);
  const settled = await settledForGood(ports, grid, now);
  const isSettled = activeUntil !== undefined && settled !== undefined && activeUntil <= settled;
  return [
    ...(status === 'inactive' ? [] : ['it is not deactivated']),
    ...(isSettled ? [] : [notSettled(grid, activeUntil)]),
    ...money.map((need) => moneyTexts[need]),
    ...(createdAt <= answersForgottenBy(now)
      ? []
      : ['what was answered when it was created is kept for 48 hours']),
  ];
}

const moneyTexts = {
  unbilled: 'energy or a payment of it is in no final billing run',
  invoice: 'an invoice of it is neither paid nor void',
  payout: 'money is to be paid out to it, and no payout that brings it is confirmed',
} as const satisfies Record<MoneyNeed, string>;

function notSettled(
  { correctionDays = gridDefaults.correctionDays }: Grid,
  activeUntil: Instant | undefined,
): string {
  if (activeUntil === undefined) return 'its timeframes have no end';
  const corrected = addMinutes(activeUntil, correctionDays * minutesPerDay);
  return `its timeframes until ${activeUntil} are not all settled, or are corrected until ${corrected}`;
}

function needed(prosumerId: ProsumerId, needs: readonly string[]): Refusal {
  return {
    code: 'personal_data_needed',
    detail: `The personal data of ${prosumerId} is still needed. Nothing was erased.`,
    errors: needs.map((detail): FieldError => ({ pointer: 'prosumerId', detail })),
  };
}

const changedMeanwhile: Refusal = {
  code: 'concurrent_change',
  detail: 'It was changed, or came to be needed, at this moment. Nothing was erased; try again.',
};
