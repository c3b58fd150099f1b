import { addMinutes, type Instant } from '../../shared/domain/timeframe.ts';
import { answerKeptMinutes } from '../../shared/ports/idempotencyStore.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { type Answer, openApi } from '../functions/api.ts';
import { check, checkSame } from './books.ts';
import type { Chance } from './chance.ts';
import { isMadeUp } from './faultyPorts.ts';
import { sortedJson } from './sortedJson.ts';

/** A request as a client keeps it, to send it again as it is. */
export type Asked = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** Its Idempotency-Key, where it has one. */
  readonly key?: string;
  /** Its If-Match, where it has one. */
  readonly ifMatch?: string | undefined;
};

/** Those who use the API. What they are answered is held against what they were answered before. */
export type Clients = {
  /** A request that makes something, under a key of its own. */
  post(path: string, body?: unknown): Asked;
  /** Asks, and asks again; undefined where nothing was heard. */
  ask(ports: Ports, asked: Asked): Promise<Answer | undefined>;
  /** Requests under keys that are still kept, and that nobody heard an answer to. */
  unanswered(): readonly Asked[];
  /** Keys under which something was made at a path, and those of which nobody knows. */
  made(path: string): { readonly accepted: ReadonlySet<string>; readonly unknown: number };
};

type KeyedRequest = {
  readonly asked: Asked;
  readonly firstAt: Instant;
  /** What was answered, heard or not, to those who asked before anything was heard. */
  readonly given: Set<string>;
  /** The first answer that was heard and said that it was done. */
  heard?: Answer;
  /** The last answer that was heard was a refusal: what was lost before it did nothing either. */
  isRefused?: boolean;
};

const triesMax = 3;
/** How many answers are lost on the way, and how many requests come again after they were answered. */
const lostRate = 0.08;
const askedAgainRate = 0.05;
/** Clients know that answers are kept for 48 hours, and their clocks may be wrong as well. */
const repeatedMinutesMax = answerKeptMinutes - 12 * 60;

export function openClients(chance: Chance, now: () => Instant): Clients {
  const keyed = new Map<string, KeyedRequest>();
  const changes = new Map<string, string>();
  let keyCount = 0;
  const isKept = ({ firstAt }: KeyedRequest) => now() < addMinutes(firstAt, repeatedMinutesMax);
  const note = (asked: Asked, answer: Answer) => {
    if (asked.ifMatch !== undefined) noteChange(changes, asked, answer);
    const request = keyed.get(asked.key ?? '');
    if (request !== undefined) request.isRefused = answer.status >= 300;
    if (request === undefined || answer.status >= 300) return;
    request.heard ??= answer;
    checkSame(idOf(answer), idOf(request.heard), `what ${nameOf(asked)} made`);
  };
  return {
    post(path, body) {
      keyCount += 1;
      return { method: 'POST', path, body, key: `key-${keyCount}` };
    },
    async ask(ports, asked) {
      const { key } = asked;
      if (key !== undefined && !keyed.has(key))
        keyed.set(key, { asked, firstAt: now(), given: new Set() });
      for (let tries = 1; tries <= triesMax; tries += 1) {
        const before = keyed.get(key ?? '')?.heard;
        const answer = await answerOf(ports, asked);
        if (answer === undefined) {
          if (chance.hits(0.4)) return undefined;
          continue;
        }
        const known = keyed.get(key ?? '');
        if (known !== undefined && ports.clock.now() >= keptUntil(known)) {
          // So much time passed while it was under way that the app has forgotten the key: it is new.
          keyed.set(`${key} anew`, renewed(known, answer));
          return answer;
        }
        const isLost = chance.hits(lostRate);
        checkSameAnswer(keyed.get(key ?? ''), before !== undefined, answer);
        if (!isLost) note(asked, answer);
        // Whoever has heard it may ask again as well.
        if (!isLost && !chance.hits(askedAgainRate)) return answer;
      }
      return keyed.get(key ?? '')?.heard;
    },
    unanswered: () =>
      [...keyed.values()]
        .filter((request) => !request.heard && !request.isRefused && isKept(request))
        .map(({ asked }) => asked),
    made(path) {
      const requests = [...keyed.values()].filter(({ asked }) => asked.path === path);
      const answers = requests.flatMap(({ heard }) => (heard === undefined ? [] : [idOf(heard)]));
      const unknown = requests.filter(({ heard, isRefused }) => !heard && !isRefused).length;
      return { accepted: new Set(answers), unknown };
    },
  };
}

function keptUntil({ firstAt }: KeyedRequest): Instant {
  return addMinutes(firstAt, answerKeptMinutes);
}

/** A request whose key is forgotten, as one that was made for the first time. */
function renewed({ asked, firstAt }: KeyedRequest, answer: Answer): KeyedRequest {
  const outcome = answer.status < 300 ? { heard: answer } : { isRefused: true };
  return { asked, firstAt, given: new Set(), ...outcome };
}

/** Undefined where what failed was made up; a mistake of the app is a finding. */
async function answerOf(ports: Ports, asked: Asked): Promise<Answer | undefined> {
  let logged = '';
  const error: Ports['log']['error'] = (_message, fields) => {
    logged = String(fields?.['error']);
  };
  const { method, path, body, key, ifMatch } = asked;
  const call = openApi({ ...ports, log: { ...ports.log, error } }, { kind: 'open' }, isMadeUp);
  const answer = await call(method, path, body, {
    ...(key !== undefined && { 'idempotency-key': key }),
    ...(ifMatch !== undefined && { 'if-match': ifMatch }),
  });
  check(answer.status !== 500, `${nameOf(asked)} was answered with 500: ${logged}`);
  const isMalformed = answer.status === 400 && answer.body.code === 'invalid';
  check(!isMalformed, `${nameOf(asked)} is malformed: ${JSON.stringify(answer.body)}`);
  return answer.status === 503 ? undefined : answer;
}

/** Of all who change something at one version, one does. */
function noteChange(changes: Map<string, string>, asked: Asked, answer: Answer): void {
  const [before, after] = [asked.ifMatch, answer.headers['etag']].map(versionOf);
  if (answer.status >= 300 || after === before) return;
  const place = `${asked.path} at ${before}`;
  checkSame(after, changes.get(place) ?? after, `what became of ${place}`);
  changes.set(place, String(after));
}

/** What a tag says of the state: its content beside that may be written in another order. */
function versionOf(tag = ''): string {
  return tag.replace(/^"([^".]*).*$/, '$1');
}

/**
 * Who heard an answer and asks again hears it again. Two at once both do what was asked: they may have
 * been answered in two ways, one of which was kept.
 */
function checkSameAnswer(
  request: KeyedRequest | undefined,
  isRepeat: boolean,
  { status, body }: Answer,
): void {
  if (request === undefined || status >= 300) return;
  const text = `${status} ${sortedJson(body)}`;
  if (!isRepeat) request.given.add(text);
  const name = nameOf(request.asked);
  check(request.given.has(text), `${name} came again and was answered ${text}`);
}

function idOf({ headers, body }: Answer): string {
  return String(headers['location'] ?? body?.address ?? body?.id ?? '');
}

function nameOf({ method, path, key = 'no key' }: Asked): string {
  return `${method} ${path} (${key})`;
}
