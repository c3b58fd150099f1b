import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { tornFrames } from './tornFrames.ts';

test('pages after the last commit are counted, and only those', () => {
  const directory = mkdtempSync(join(tmpdir(), 'torn-frames-'));
  const db = new DatabaseSync(join(directory, 'some.db'));
  db.exec(`PRAGMA journal_mode = WAL; CREATE TABLE things (content TEXT);
    INSERT INTO things VALUES (hex(randomblob(20000)))`);
  const whole = readFileSync(join(directory, 'some.db-wal'));
  const frameBytes = 24 + 4_096;
  const log = join(directory, 'copy');
  const tornAfter = (bytes: number) => {
    writeFileSync(log, whole.subarray(0, bytes));
    return tornFrames(log);
  };
  expect(tornAfter(whole.length)).toBe(0);
  expect(tornAfter(whole.length - frameBytes)).toBeGreaterThan(2);
  expect(tornAfter(32)).toBe(0);
  expect(tornAfter(0)).toBe(0);
  db.close();
  rmSync(directory, { recursive: true });
});
