import type { AuditEntry, AuditValue, AuditValues } from './audit.ts';

/**
 * What a change of a thing is about, for its entry in an audit log: the fields that differ, as they
 * were and as they are. Nothing before: all of `after`. A side on which there is nothing is absent.
 */
export function changedFields(
  before: object | undefined,
  after: object | undefined,
): Pick<AuditEntry, 'before' | 'after'> {
  const was = auditValues(before ?? {});
  const is = auditValues(after ?? {});
  const differs = (name: string) => !isSame(was[name], is[name]);
  const changed = (values: AuditValues) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => differs(name)));
  const sides = { before: changed(was), after: changed(is) };
  return {
    ...(Object.keys(sides.before).length > 0 && { before: sides.before }),
    ...(Object.keys(sides.after).length > 0 && { after: sides.after }),
  };
}

/** Fields as the API shows them: bigints, which are amounts, in decimal; what is undefined left out. */
export function auditValues(fields: object): AuditValues {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, auditValueOf(value)]));
}

function auditValueOf(value: unknown): AuditValue {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map(auditValueOf);
  if (typeof value === 'object' && value !== null) return auditValues(value);
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  throw new TypeError(`a ${typeof value} has no place in an audit log`);
}

function isSame(a: AuditValue | undefined, b: AuditValue | undefined): boolean {
  if (!isNested(a) || !isNested(b)) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const ofA = Object.entries<AuditValue>(a);
  const ofB = new Map(Object.entries<AuditValue>(b));
  return ofA.length === ofB.size && ofA.every(([name, value]) => isSame(value, ofB.get(name)));
}

function isNested(value: AuditValue | undefined): value is Extract<AuditValue, object> {
  return typeof value === 'object' && value !== null;
}
