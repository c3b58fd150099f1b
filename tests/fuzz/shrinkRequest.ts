import type { FuzzRequest } from './fuzzRequest.ts';

const triesMax = 300;

/** The same request with as little in it as still fails. Tried in the state that is there. */
export async function shrinkRequest(
  request: FuzzRequest,
  fails: (request: FuzzRequest) => Promise<boolean>,
): Promise<FuzzRequest> {
  let smallest = request;
  let tries = 0;
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const candidate of smallerOf(smallest)) {
      tries += 1;
      if (tries > triesMax) return smallest;
      if (!(await fails(candidate))) continue;
      smallest = candidate;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

function* smallerOf(request: FuzzRequest): Generator<FuzzRequest> {
  const { path, headers, body, caller, ...rest } = request;
  const same = { ...rest, path, headers, caller, ...(body !== undefined && { body }) };
  const [place = '', query] = path.split(/\?(.*)/s);
  if (query !== undefined) {
    yield { ...same, path: place };
    const pairs = query.split('&');
    for (const at of pairs.length > 1 ? pairs.keys() : []) {
      yield { ...same, path: `${place}?${pairs.toSpliced(at, 1).join('&')}` };
    }
  }
  for (const name of Object.keys(headers)) {
    if (name === 'content-type') continue;
    const others = Object.entries(headers).filter(([other]) => other !== name);
    yield { ...same, headers: Object.fromEntries(others) };
  }
  if (body !== undefined) for (const less of smallerBodies(body)) yield { ...same, body: less };
}

function* smallerBodies(body: Uint8Array): Generator<Uint8Array> {
  const value = parsed(body);
  for (const less of value === undefined ? [] : smallerValues(value)) {
    yield Buffer.from(JSON.stringify(less));
  }
  if (value !== undefined || body.length < 2) return;
  const half = Math.floor(body.length / 2);
  yield body.subarray(0, half);
  yield body.subarray(half);
  yield body.subarray(0, -1);
  yield body.subarray(1);
}

function* smallerValues(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const at of value.keys()) {
      yield value.toSpliced(at, 1);
      for (const less of smallerValues(value[at])) yield value.with(at, less);
    }
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    for (const [at, [name, part]] of entries.entries()) {
      yield Object.fromEntries(entries.toSpliced(at, 1));
      for (const less of smallerValues(part)) {
        yield Object.fromEntries(entries.with(at, [name, less]));
      }
    }
  } else if (typeof value === 'string' && value.length > 1) {
    yield value.slice(0, Math.floor(value.length / 2));
  }
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
