/** What exists in the app under test, as its answers tell: ids, instants, tags and cursors by name. */
export type Population = {
  /** Takes up what an answer to this path shows. */
  learn(path: string, headers: Readonly<Record<string, string>>, body: unknown): void;
  /** Takes up every text of an example under the name of its field. */
  learnExample(example: unknown): void;
  of(name: string): readonly string[];
  /** Values that belong together, each with all of these names. */
  together(names: readonly string[]): readonly Readonly<Record<string, string>>[];
};

/** So many values of each name are kept; the first few stay, for what was there first has most in it. */
const keptMax = 48;
const stayingCount = 12;
const recordsMax = 300;
const depthMax = 6;
const itemsMax = 8;
const textLengthMax = 4_000;

const named =
  /^(?:(?:grid|prosumer|trade|invoice|payout|order|account|seller|buyer)Id|timeframe|period|validFrom|nonce|address|message|psbt|accountKey)$/;
const collections: Readonly<Record<string, string>> = {
  grids: 'gridId',
  prosumers: 'prosumerId',
  trades: 'tradeId',
  orders: 'orderId',
  invoices: 'invoiceId',
  payouts: 'payoutId',
};

export function createPopulation(): Population {
  const values = new Map<string, string[]>();
  const records: Readonly<Record<string, string>>[] = [];
  let turn = 0;
  const add = (name: string, value: string) => {
    if (value.length > textLengthMax) return;
    const kept = values.get(name) ?? [];
    values.set(name, kept);
    if (kept.includes(value)) return;
    if (kept.length < keptMax) kept.push(value);
    else {
      turn += 1;
      kept[stayingCount + (turn % (keptMax - stayingCount))] = value;
    }
  };
  const remember = (record: Readonly<Record<string, string>>) => {
    if (Object.keys(record).length < 2) return;
    turn += 1;
    if (records.length < recordsMax) records.push(record);
    else records[stayingCount + (turn % (recordsMax - stayingCount))] = record;
  };
  const walk = (value: unknown, ownId: string, around: Names, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > depthMax) return;
    if (Array.isArray(value)) {
      for (const item of value.slice(0, itemsMax)) walk(item, ownId, around, depth + 1);
      return;
    }
    const entries = Object.entries(value);
    const own: Record<string, string> = { ...around };
    for (const [key, part] of entries) {
      if (typeof part !== 'string') continue;
      if (key === 'nextLink') add('cursor', cursorOf(part));
      const name = key === 'id' ? ownId : key;
      if (!named.test(name)) continue;
      add(name, part);
      own[name] = part;
    }
    remember(own);
    for (const [key, part] of entries) walk(part, collections[key] ?? ownId, around, depth + 1);
  };
  const learnExample = (example: unknown, name = ''): void => {
    if (typeof example === 'string') add(name, example);
    if (typeof example !== 'object' || example === null) return;
    for (const [key, part] of Object.entries(example)) {
      learnExample(part, Array.isArray(example) ? name : key);
    }
  };
  return {
    learn(path, headers, body) {
      const etag = headers['etag'];
      if (etag !== undefined) add('etag', etag);
      const parts = path.split(/[/?]/);
      const collection = parts.findLast((part) => collections[part] !== undefined);
      walk(body, collections[collection ?? ''] ?? 'id', namesOf(path), 0);
    },
    learnExample: (example) => learnExample(example),
    of: (name) => values.get(name) ?? [],
    together: (names) => records.filter((one) => names.every((name) => one[name] !== undefined)),
  };
}

type Names = Readonly<Record<string, string>>;

/** What a path itself names: of the grid or the prosumer that it begins with. */
function namesOf(path: string): Names {
  const [, collection = '', id] = path.split(/[/?]/);
  const name = collections[collection];
  return name === undefined || id === undefined || id === '' ? {} : { [name]: id };
}

function cursorOf(link: string): string {
  return URL.parse(link, 'http://localhost')?.searchParams.get('cursor') ?? '';
}
