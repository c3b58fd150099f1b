import type { Fields } from './client.ts';

const pagesMax = 1_000;

/** All rows of an export as objects, page by page along the `Link` of each. */
export async function exportedRows(url: string): Promise<readonly Fields[]> {
  const rows: Fields[] = [];
  let next: string | undefined = url;
  for (let page = 0; page < pagesMax; page += 1) {
    if (next === undefined) return rows;
    const response: Response = await fetch(next);
    if (response.status !== 200) throw new Error(`${next} answered ${response.status}`);
    const lines = (await response.text()).split('\n');
    if (lines.pop() !== '') throw new Error(`${next} is cut off`);
    rows.push(...lines.map((line) => JSON.parse(line)));
    next = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1];
  }
  throw new Error(`${url} has more than ${pagesMax} pages`);
}
