import { assert } from '../domain/assert.ts';
import type { Terms } from '../domain/grid.ts';
import type { GridId } from '../domain/ids.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { withoutTerms } from '../domain/terms.ts';
import type { Instant } from '../domain/timeframe.ts';
import type { AuditingPorts } from './auditEntry.ts';
import { type Change, changeConditionally } from './changeConditionally.ts';
import { gridNotFound } from './getGrid.ts';
import { tariffChange } from './gridChange.ts';
import {
  type ClosedGrid,
  isClosedFrom,
  readClosedGrid,
  type VersionPorts,
  type VersionView,
  versionFrom,
  versionNotFound,
  versionSettled,
  viewVersion,
} from './tariffVersions.ts';

type ChangedGrid = ClosedGrid & { readonly deleted?: Terms };

/** Takes away a version that has not begun, and answers it: the one before it then holds on. */
export async function deleteTariff(
  ports: VersionPorts & AuditingPorts,
  gridId: GridId,
  validFrom: Instant,
  ifMatch: string | undefined,
): Promise<Result<VersionView, Refusal>> {
  const result = await changeConditionally<ChangedGrid>({
    get: () => readClosedGrid(ports, gridId),
    etagOf: ({ etag }) => etag,
    apply: (stored) => applyDelete(stored, validFrom, ports.clock.now()),
    replace: async (changed) => {
      const entry = tariffChange(ports, gridId, changed.deleted, undefined);
      const replaced = await ports.grids.replace(changed.value, changed.etag, entry);
      return replaced && { ...changed, ...replaced };
    },
    notFound: gridNotFound(gridId),
    ifMatch,
  });
  if (!result.ok) return result;
  const { deleted } = result.value;
  assert(deleted !== undefined, 'what was deleted is known');
  return accept(viewVersion(result.value, deleted));
}

function applyDelete(stored: ClosedGrid, validFrom: Instant, now: Instant): Change<ChangedGrid> {
  const { value: grid } = stored;
  const version = versionFrom(grid, validFrom);
  if (version === undefined) return refuse(versionNotFound(grid.id, validFrom));
  if (version === grid.terms[0]) return refuse(stays('The first version is always there.'));
  if (isClosedFrom(stored, validFrom)) return refuse(versionSettled(stored, validFrom));
  if (validFrom <= now) return refuse(stays('It has begun.'));
  const terms = withoutTerms(grid, validFrom);
  return accept({ ...stored, value: { ...grid, terms }, deleted: version });
}

function stays(why: string): Refusal {
  const errors = [{ pointer: 'validFrom', detail: 'stays' }];
  return { code: 'setting_immutable', detail: `${why} Put another in its place.`, errors };
}
