import { Finding } from './finding.ts';
import { instantField } from './rowFields.ts';
import type { RowSource, SourceRow } from './rowSource.ts';

/** What the sources have of one timeframe, by their names. */
export type Frame<Name extends string> = {
  readonly timeframe: string;
  readonly rows: Readonly<Partial<Record<Name, readonly SourceRow[]>>>;
};

type Group = { readonly timeframe: string; readonly rows: readonly SourceRow[] };

/**
 * Goes through several sources at once, timeframe by timeframe: each has to be by timeframe ascending,
 * and no more than a timeframe of each is held. Throws a Finding where one is not.
 */
export async function* framesOf<Name extends string>(
  sources: readonly (readonly [Name, RowSource])[],
): AsyncGenerator<Frame<Name>> {
  const heads = await Promise.all(
    sources.map(async ([name, source]) => {
      const groups = groupsOf(source, name);
      return { name, groups, head: await groups.next() };
    }),
  );
  for (;;) {
    const waiting = heads.flatMap(({ head }) => (head.done === true ? [] : [head.value.timeframe]));
    const timeframe = waiting.sort()[0];
    if (timeframe === undefined) return;
    const rows: Partial<Record<Name, readonly SourceRow[]>> = {};
    for (const entry of heads) {
      if (entry.head.done === true || entry.head.value.timeframe !== timeframe) continue;
      rows[entry.name] = entry.head.value.rows;
      entry.head = await entry.groups.next();
    }
    yield { timeframe, rows };
  }
}

async function* groupsOf(source: RowSource, name: string): AsyncGenerator<Group, undefined> {
  let rows: SourceRow[] = [];
  let timeframe = '';
  for await (const batch of source) {
    for (const row of batch) {
      const own = instantField(row.place, row.json, 'timeframe');
      if (own < timeframe) {
        throw new Finding(`${name}, ${row.place}`, `a timeframe from ${timeframe} on`, own);
      }
      if (own > timeframe && rows.length > 0) {
        yield { timeframe, rows };
        rows = [];
      }
      timeframe = own;
      rows.push(row);
    }
  }
  if (rows.length > 0) yield { timeframe, rows };
}
