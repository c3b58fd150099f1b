import { expect, test } from '@jest/globals';
import { retryAfterMsMax, retryAfterOf } from '../../local/apiClient.ts';
import { createProgress } from '../../local/import/progress.ts';

/** Progress shown every 50 ms for a second, half of the way. */
function shown(isTTY: boolean): string {
  let text = '';
  let nowMs = 0;
  const output = {
    isTTY,
    write: (more: string) => {
      text += more;
    },
  };
  const progress = createProgress(output, () => nowMs);
  for (; nowMs <= 6_000; nowMs += 50) progress.show(nowMs / 12_000, 'half');
  progress.say('a word');
  progress.end();
  return text;
}

test('a terminal gets a bar that is drawn over and taken away', () => {
  const text = shown(true);
  expect(text.split('\r\u001b[2K').length - 1).toBe(61);
  expect(text).toContain('███████████████░░░░░░░░░░░░░░░  50 %  half\r\u001b[2Ka word\n');
});

test('a file gets a line now and then', () => {
  expect(shown(false)).toBe('  0 %  half\n 41 %  half\na word\n');
});

test.each([
  ['7', 7_000],
  ['0', 0],
  ['-5', 0],
  ['1e9', retryAfterMsMax],
  ['Mon, 23 Nov 2026 13:00:30 GMT', 30_000],
  ['Mon, 23 Nov 2026 12:00:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
  [null, undefined],
])('Retry-After %j', (header, waitMs) => {
  expect(retryAfterOf(header, Date.UTC(2026, 10, 23, 13))).toBe(waitMs);
});
