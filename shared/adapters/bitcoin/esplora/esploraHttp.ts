import { ChainUnavailableError } from '../../../ports/chain.ts';
import { parseCoreJson } from '../core/coreJson.ts';
import { type Fetched, type FetchLimits, fetchLimits, fetchText } from '../fetchText.ts';

/** Requests under way at once: an index that is public throttles those who ask for more. */
export const requestsAtOnceMax = 8;

/** Requests to an index. Its answers are JSON, or one word of text. */
export type EsploraHttp = {
  /** Undefined where there is no such thing. */
  getJson(path: string): Promise<unknown>;
  /** Of what there is always a list, be it empty. */
  getList(path: string): Promise<readonly unknown[]>;
  getText(path: string): Promise<string | undefined>;
  /** Sends a body; of what the index refuses, the status and the text are answered. */
  post(path: string, body: string): Promise<Fetched>;
};

/** Opens nothing yet: connects at each request. */
export function openEsploraHttp(url: string, limits: Partial<FetchLimits>): EsploraHttp {
  const all = { ...fetchLimits, ...limits };
  const get = async (path: string) => {
    const { status, text } = await fetchText(`${url}${path}`, {}, all);
    if (status === 404) return undefined;
    if (status !== 200) throw new ChainUnavailableError(`the index answered ${status}`);
    return text;
  };
  return {
    async getJson(path) {
      const text = await get(path);
      return text === undefined ? undefined : readJson(text);
    },
    async getList(path) {
      const text = await get(path);
      const list = text === undefined ? undefined : readJson(text);
      // None at all is not an empty one: what was there yesterday would seem to be gone.
      if (!Array.isArray(list)) throw new ChainUnavailableError('the index answered with no list');
      return list;
    },
    getText: get,
    async post(path, body) {
      const fetched = await fetchText(`${url}${path}`, { method: 'POST', body }, all);
      if (fetched.status < 500) return fetched;
      throw new ChainUnavailableError(`the index answered ${fetched.status}`);
    },
  };
}

function readJson(text: string): unknown {
  try {
    return parseCoreJson(text);
  } catch (cause) {
    // The page of a proxy, for instance.
    throw new ChainUnavailableError('the index answered what is no JSON', { cause });
  }
}
