import type { AuditEntry, AuditValues } from '../domain/audit.ts';
import { auditValues, changedFields } from '../domain/changedFields.ts';
import type { BillingSettings, Grid, Terms } from '../domain/grid.ts';
import type { Ports } from '../ports/ports.ts';
import { type AuditingPorts, auditEntry } from './auditEntry.ts';
import { isSameSetting } from './sameSettings.ts';

export type GridAuditPorts = AuditingPorts & Pick<Ports, 'sha256'>;

/**
 * The entry of a change of a grid's settings, from `before`, or from nothing when it is created. Of
 * its terms it has those versions that differ. Account keys are in it as their SHA-256: whoever has
 * one knows the address of every invoice.
 */
export function gridChange(
  ports: GridAuditPorts,
  action: 'created' | 'changed',
  before: Grid | undefined,
  after: Grid,
): AuditEntry {
  const thing = { kind: 'grid', id: after.id } as const;
  const settings = changedFields(before && settingsOf(before), settingsOf(after));
  const billing = changedFields(
    before?.billing && billingOf(ports, before.billing),
    after.billing && billingOf(ports, after.billing),
  );
  const from = sideOf(settings.before, billing.before, termsBeside(before, after));
  const to = sideOf(settings.after, billing.after, termsBeside(after, before));
  return auditEntry(ports, {
    gridId: after.id,
    action,
    thing,
    ...(from && { before: from }),
    ...(to && { after: to }),
  });
}

/** The entry of a change of one version of a grid's terms; its id is the instant it is valid from. */
export function tariffChange(
  ports: AuditingPorts,
  gridId: Grid['id'],
  before: Terms | undefined,
  after: Terms | undefined,
): AuditEntry {
  const action = before === undefined ? 'created' : after === undefined ? 'deleted' : 'changed';
  const id = after?.validFrom ?? before?.validFrom ?? '';
  const thing = { kind: 'tariff', id } as const;
  return auditEntry(ports, { gridId, action, thing, ...changedFields(before, after) });
}

function settingsOf(grid: Grid): object {
  const { id: _id, createdAt: _createdAt, billing: _billing, terms: _terms, ...settings } = grid;
  return settings;
}

/** Amounts in decimal, as in the API. */
function billingOf({ sha256 }: GridAuditPorts, billing: BillingSettings): object {
  const { accountKey, formerAccountKeys, minimumSat, confirmations, ...settings } = billing;
  return {
    ...settings,
    minimumSat: String(minimumSat),
    confirmations: confirmations.map((step) => ({ ...step, fromSat: String(step.fromSat) })),
    ...(accountKey && { accountKeySha256: sha256(accountKey) }),
    ...(formerAccountKeys && { formerAccountKeySha256s: formerAccountKeys.map(sha256) }),
  };
}

/** Those versions of a grid's terms that the other does not have, or not like that. */
function termsBeside(grid: Grid | undefined, other: Grid | undefined): readonly Terms[] {
  return (grid?.terms ?? []).filter(
    (version) =>
      !other?.terms.some(
        (each) => each.validFrom === version.validFrom && isSameSetting(each, version),
      ),
  );
}

function sideOf(
  settings: AuditValues = {},
  billing: AuditValues | undefined,
  terms: readonly Terms[],
): AuditValues | undefined {
  const side = {
    ...settings,
    ...(billing && { billing }),
    ...(terms.length > 0 && auditValues({ terms })),
  };
  return Object.keys(side).length > 0 ? side : undefined;
}
