import type { Access, Party, Rule } from '../domain/access.ts';

/** Who may send a request, in words. */
export function whoMay(access: Access): string {
  switch (access.kind) {
    case 'public':
      return 'For everybody, without a token.';
    case 'roles':
      return 'For everybody with a role: shows what is within it.';
    case 'everywhere':
      return 'For operators of all mini grids.';
    case 'rule':
      return `For ${partiesOf(access)}.`;
    case 'trades':
      return `Recorded: for ${partiesOf(access.recorded)}. Ahead: for ${partiesOf(access.ahead)}.`;
  }
}

function partiesOf({ may }: Rule): string {
  return may.map((party) => parties[party]).join(', ');
}

const parties: Readonly<Record<Party, string>> = {
  operator: 'operators of the mini grid',
  gateway: 'its gateways',
  reader: 'its readers',
  member: 'its prosumers',
  self: 'the prosumer itself',
};
