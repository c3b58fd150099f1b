import { expect, test } from '@jest/globals';
import { sha256 } from '../../shared/adapters/digest.ts';
import { uuidV7 } from '../../shared/adapters/ids.ts';
import { parseGridId } from '../../shared/domain/ids.ts';

const uuidV7Pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('ids are UUIDs of version 7 that begin with the time, and ids of the domain', () => {
  const nowMs = Date.UTC(2026, 10, 22, 10, 15);
  const id = uuidV7(() => nowMs).next();
  expect(id).toMatch(uuidV7Pattern);
  expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(nowMs);
  expect(parseGridId(id)).toBe(id);
});

test('ids ascend and never repeat, also within a ms and when the clock steps back', () => {
  const times = [5_000, 5_000, 4_000, 5_001, 5_001, 3_000];
  let calls = 0;
  const ids = uuidV7(() => {
    calls += 1;
    return times[Math.floor(calls / 3_000)] ?? 0;
  });
  const made = Array.from({ length: 17_000 }, () => ids.next());
  expect(made.toSorted()).toEqual(made);
  expect(new Set(made).size).toBe(made.length);
  for (const id of made) expect(id).toMatch(uuidV7Pattern);
});

test('two makers at one time make different ids', () => {
  const [a, b] = [uuidV7(() => 1), uuidV7(() => 1)];
  expect(a.next().slice(-12)).not.toBe(b.next().slice(-12));
});

test('SHA-256 of UTF-8, in lower-case hex, as FIPS 180 gives it for its examples', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(sha256('☀')).toHaveLength(64);
});
