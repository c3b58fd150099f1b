/** What came back: `body` is parsed JSON, or undefined where there was none. */
export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Fields;
};
/** A JSON object as a user reads it: what is in it, the test says. */
export type Fields = Readonly<Record<string, unknown>>;

/** Asks an app over HTTP, as a user would. */
export type Client = {
  /** The app's address, without a slash at its end. */
  readonly url: string;
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** The body of a GET. Throws unless it is answered with 200. */
  get(path: string): Promise<Fields>;
  /** The body of a POST or PATCH. Throws unless it is answered with 2xx. */
  send(method: 'POST' | 'PATCH', path: string, body: unknown): Promise<Fields>;
  /** Every item of a collection, page by page along `nextLink`. */
  all(path: string, field?: string): Promise<Fields[]>;
};

/** No collection of a test is longer. */
const pagesMax = 1_000;

/** Paths begin after `/api`; those of the host itself, at `/admin`, are given whole. */
export function createClient(url: string): Client {
  const addressOf = (path: string) =>
    path.startsWith('http') ? path : `${url}${path.startsWith('/admin/') ? '' : '/api'}${path}`;

  async function request(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const content =
      body === undefined
        ? { headers }
        : {
            body: typeof body === 'string' ? body : JSON.stringify(body),
            headers: { 'content-type': 'application/json', ...headers },
          };
    const response = await fetch(addressOf(path), { method, ...content });
    const text = await response.text();
    const { status } = response;
    return { status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
  }

  async function succeed(method: string, path: string, body?: unknown): Promise<Fields> {
    const answer = await request(method, path, body);
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  return {
    url,
    request,
    get: (path) => succeed('GET', path),
    send: succeed,
    async all(path, field = 'value') {
      const items: Fields[] = [];
      let next: unknown = path;
      for (let page = 0; page < pagesMax; page += 1) {
        if (typeof next !== 'string') return items;
        const answer = await succeed('GET', next);
        items.push(...fieldsIn(answer, field));
        next = answer['nextLink'];
      }
      throw new Error(`${path} has more than ${pagesMax} pages`);
    },
  };
}

/** The objects in a list of an answer. Throws where there is no such list. */
export function fieldsIn(answer: Fields, field: string): readonly Fields[] {
  const items = answer[field];
  if (!Array.isArray(items)) throw new Error(`${field} is no list: ${JSON.stringify(items)}`);
  return items;
}
