import type { Access, Party, Rule } from '../domain/access.ts';
import { type Caller, hasRoles, isWithin } from '../domain/caller.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { parseAheadId } from '../domain/tradeId.ts';
import { type Asked, type FoundPlace, findPlace, type PlacePorts } from './findPlace.ts';

/**
 * May the caller do this? Who may not, and may know that the thing is there, is told so; to anybody else
 * a thing that is there and one that is not are the same: the thing is not there.
 */
export async function authorize(
  ports: PlacePorts,
  caller: Caller,
  access: Access,
  asked: Asked,
): Promise<Result<undefined, Refusal>> {
  if (access.kind === 'public' || caller.operates === 'all') return granted;
  if (!hasRoles(caller)) return refuse(forbidden('Its token has no role of this app.'));
  if (access.kind === 'roles') return granted;
  if (access.kind === 'everywhere') {
    return refuse(forbidden('Only who operates all mini grids may.'));
  }
  const rule = access.kind === 'rule' ? access : ruleOf(access, asked);
  const place = await findPlace(ports, rule.of, asked);
  if (!place.ok) return place;
  return judge(ports, caller, rule, place.value);
}

const granted = accept(undefined);

/** A trade ahead is asked for by its id, or as one that is pending. */
function ruleOf(
  { recorded, ahead }: Extract<Access, { readonly kind: 'trades' }>,
  { params, query }: Asked,
): Rule {
  const { tradeId } = params;
  const isAhead = typeof tradeId === 'string' && parseAheadId(tradeId) !== undefined;
  return isAhead || query['status'] === 'pending' ? ahead : recorded;
}

async function judge(
  ports: Pick<PlacePorts, 'prosumers'>,
  caller: Caller,
  { may }: Rule,
  place: FoundPlace,
): Promise<Result<undefined, Refusal>> {
  const known = partiesOf(caller, place);
  if (may.some((party) => known.includes(party))) return granted;
  const isMember = await isMemberOf(ports, caller, place);
  if (isMember && may.includes('member')) return granted;
  const isSeen = place.isPrivate
    ? known.some((party) => party === 'operator' || party === 'self')
    : isMember || known.length > 0;
  if (isSeen) return refuse(forbidden(`It is for ${may.map((party) => names[party]).join(', ')}.`));
  return refuse(place.notFound);
}

/** Who the caller is to a place, as far as its roles alone say. */
function partiesOf(caller: Caller, { gridId, prosumerId }: FoundPlace): readonly Party[] {
  const parties: Party[] = [];
  if (prosumerId !== undefined && caller.prosumers.has(prosumerId)) parties.push('self');
  if (gridId === undefined) return parties;
  if (isWithin(caller.operates, gridId)) parties.push('operator');
  if (caller.gateways.has(gridId)) parties.push('gateway');
  if (isWithin(caller.reads, gridId)) parties.push('reader');
  return parties;
}

/** Is one of the prosumers that the caller is in the mini grid? */
async function isMemberOf(
  { prosumers }: Pick<PlacePorts, 'prosumers'>,
  caller: Caller,
  { gridId }: FoundPlace,
): Promise<boolean> {
  if (gridId === undefined) return false;
  const stored = await Promise.all([...caller.prosumers].map((id) => prosumers.get(id)));
  return stored.some((each) => each?.prosumer.gridId === gridId);
}

const names: Readonly<Record<Party, string>> = {
  operator: 'operators of the mini grid',
  gateway: 'gateways of the mini grid',
  reader: 'readers of the mini grid',
  member: 'prosumers of the mini grid',
  self: 'the prosumer itself',
};

function forbidden(why: string): Refusal {
  return { code: 'forbidden', detail: `The caller may not do this. ${why}` };
}
