import type { GridId, ProsumerId } from '../domain/ids.ts';
import type { NettoLine } from '../domain/netto.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import type { StoredClosing, TimeframeRange } from '../ports/closingStore.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import { gridNotFound } from './getGrid.ts';

/** What a prosumer was settled on in a timeframe, by the closing that is its latest. */
export type ExportedNetto = { readonly closing: StoredClosing; readonly line: NettoLine };

/** Where a page ends: behind a timeframe, or behind a prosumer in one of its closings. */
export type NettoPosition = {
  readonly timeframe: Timeframe;
  readonly within?: { readonly closingNumber: number; readonly prosumerId: ProsumerId };
};

type ExportPorts = Pick<Ports, 'grids' | 'closings'>;
type NettoPage = Page<ExportedNetto, NettoPosition>;

const closingsPerRead = 250;
/** Closings that one page passes: where nobody takes part in so many, it holds fewer rows. */
const closingsPerPageMax = 2_000;

/**
 * The netto of each prosumer in the latest revision of each closed timeframe of a range, by timeframe
 * and prosumer id. A timeframe that is cut by pages goes on in the revision that it began in.
 */
export async function exportNettos(
  ports: ExportPorts,
  gridId: GridId,
  range: TimeframeRange,
  page: PageRequest<NettoPosition>,
): Promise<Result<NettoPage, Refusal>> {
  if ((await ports.grids.get(gridId)) === undefined) return refuse(gridNotFound(gridId));
  const { after } = page;
  if (after?.within === undefined || !isInRange(range, after.timeframe)) {
    return accept(await followingNettos(ports, gridId, range, page));
  }
  const { closingNumber, prosumerId } = after.within;
  const closing = await ports.closings.byNumber(gridId, closingNumber);
  if (closing?.timeframe !== after.timeframe) return refuse(otherCursor);
  const rest = await linesOf(ports, closing, { after: prosumerId, limit: page.limit });
  if (rest.next !== undefined) return accept(rest);
  const limit = page.limit - rest.items.length;
  const next = { after: { timeframe: after.timeframe }, limit };
  const following = await followingNettos(ports, gridId, range, next);
  return accept({ ...following, items: [...rest.items, ...following.items] });
}

const otherCursor: Refusal = {
  code: 'cursor_invalid',
  detail: 'Start again without a cursor.',
  errors: [{ pointer: 'cursor', detail: 'is not the cursor of a next page of this export' }],
};

/** Lines of the timeframes behind a position; those of all closings that fit whole are read at once. */
async function followingNettos(
  ports: ExportPorts,
  gridId: GridId,
  range: TimeframeRange,
  page: PageRequest<NettoPosition>,
): Promise<NettoPage> {
  const items: ExportedNetto[] = [];
  let after = page.after?.timeframe;
  for (let passed = 0; passed < closingsPerPageMax; passed += closingsPerRead) {
    const part = { limit: closingsPerRead, ...(after && { after }) };
    const closings = await ports.closings.list(gridId, range, part);
    const whole = fitting(closings.items, page.limit - items.length);
    items.push(...(await allLines(ports, gridId, whole)));
    after = whole.at(-1)?.timeframe ?? after;
    const cut = closings.items[whole.length];
    const limit = page.limit - items.length;
    if (cut !== undefined && limit > 0) {
      const lines = await linesOf(ports, cut, { limit });
      const next = lines.next ?? { timeframe: cut.timeframe };
      return { items: [...items, ...lines.items], next };
    }
    if (cut === undefined && closings.next === undefined) return { items };
    if (limit === 0) break;
  }
  return after === undefined ? { items } : { items, next: { timeframe: after } };
}

/** The first of the closings, as many as have no more lines than that in all. */
function fitting(closings: readonly StoredClosing[], linesMax: number): readonly StoredClosing[] {
  let lines = 0;
  const tooMany = closings.findIndex(({ readings }) => {
    lines += readings.expected;
    return lines > linesMax;
  });
  return tooMany < 0 ? closings : closings.slice(0, tooMany);
}

async function allLines(
  { closings }: ExportPorts,
  gridId: GridId,
  whole: readonly StoredClosing[],
): Promise<ExportedNetto[]> {
  const nettosIds = whole.map(({ nettosId }) => nettosId);
  const nettos = await closings.manyNettos(gridId, nettosIds);
  return whole.flatMap((closing) =>
    (nettos.get(closing.nettosId) ?? []).map((line) => ({ closing, line })),
  );
}

/** A part of a closing's lines. */
async function linesOf(
  { closings }: ExportPorts,
  closing: StoredClosing,
  page: PageRequest<ProsumerId>,
): Promise<NettoPage> {
  const { gridId, closingNumber, timeframe, nettosId } = closing;
  const { items, next } = await closings.listNettos(gridId, nettosId, page);
  const lines = items.map((line) => ({ closing, line }));
  if (next === undefined) return { items: lines };
  return { items: lines, next: { timeframe, within: { closingNumber, prosumerId: next } } };
}

function isInRange({ from, to }: TimeframeRange, timeframe: Timeframe): boolean {
  return (from === undefined || from <= timeframe) && (to === undefined || timeframe < to);
}
