import { type GridId, type ProsumerId, parseGridId, parseProsumerId } from './ids.ts';
import { accept, type Result, refuse } from './result.ts';

/** All mini grids, those to come included, or these. */
export type GridScope = 'all' | ReadonlySet<GridId>;

/** Who sends a request, and what it was given to do. */
export type Caller = {
  /** Tells it from all others, whoever issued their tokens. */
  readonly id: string;
  readonly operates: GridScope;
  readonly reads: GridScope;
  /** The mini grids whose meters it speaks for. */
  readonly gateways: ReadonlySet<GridId>;
  readonly prosumers: ReadonlySet<ProsumerId>;
};

/** Roles of one caller, at most: far more than anybody has, and few enough to look at. */
export const rolesMax = 200;
/** Prosumers that one caller may be. Each may have to be looked up to find its mini grid. */
export const callerProsumersMax = 16;

/**
 * Reads the roles of a caller: `operator` and `reader` of all mini grids, `operator:{gridId}`,
 * `reader:{gridId}`, `gateway:{gridId}` and `prosumer:{prosumerId}`. What is none of these is another
 * app's and gives nothing. More roles than the limits are refused, all of them.
 */
export function callerOf(id: string, roles: readonly string[]): Result<Caller, 'too_many_roles'> {
  if (roles.length > rolesMax) return refuse('too_many_roles');
  const gridsOf = (role: string) => new Set(named(roles, role).flatMap(idBy(parseGridId)));
  const scopeOf = (role: string) => (roles.includes(role) ? 'all' : gridsOf(role));
  const prosumers = new Set(named(roles, 'prosumer').flatMap(idBy(parseProsumerId)));
  if (prosumers.size > callerProsumersMax) return refuse('too_many_roles');
  return accept({
    id,
    operates: scopeOf('operator'),
    reads: scopeOf('reader'),
    gateways: gridsOf('gateway'),
    prosumers,
  });
}

/** Somebody who was given nothing. */
export const nobody: Caller = {
  id: 'nobody',
  operates: new Set(),
  reads: new Set(),
  gateways: new Set(),
  prosumers: new Set(),
};

/** Whoever it is, where no tokens are asked for. */
export const everybody: Caller = { ...nobody, id: 'everybody', operates: 'all' };

/** Is a mini grid one of these? */
export function isWithin(scope: GridScope, gridId: GridId): boolean {
  return scope === 'all' || scope.has(gridId);
}

/** Was the caller given anything at all? */
export function hasRoles({ operates, reads, gateways, prosumers }: Caller): boolean {
  const scopes = [operates, reads, gateways, prosumers];
  return scopes.some((scope) => scope === 'all' || scope.size > 0);
}

/** What stands after the colon of these roles. */
function named(roles: readonly string[], role: string): readonly string[] {
  const start = `${role}:`;
  return roles.filter((each) => each.startsWith(start)).map((each) => each.slice(start.length));
}

function idBy<Id>(parse: (text: string) => Id | undefined): (text: string) => readonly Id[] {
  return (text) => {
    const id = parse(text);
    return id === undefined ? [] : [id];
  };
}
