import { describe, expect, test } from '@jest/globals';
import { readVerifyArguments, VerifyUsageError } from '../../local/verify/verifyArguments.ts';

describe('the command line', () => {
  test('has defaults', () => {
    expect(readVerifyArguments(['--grid', 'lane'])).toEqual({
      gridId: 'lane',
      url: 'http://127.0.0.1:7071/api',
      files: [],
      isPart: false,
      known: [],
    });
    expect(readVerifyArguments(['--help'])).toBeUndefined();
  });

  test('takes several files and hashes', () => {
    const known = ['a'.repeat(64), 'b'.repeat(64)];
    const options = known.flatMap((hash) => ['--known', hash]);
    const files = ['--file', 'a.ndjson', '--file', 'b.ndjson.gz', '--part'];
    expect(readVerifyArguments(['--grid', 'lane', ...files, ...options])).toMatchObject({
      files: ['a.ndjson', 'b.ndjson.gz'],
      isPart: true,
      known,
    });
  });

  test.each([
    [[], 'Which mini grid'],
    [['--grid', 'Lane!'], 'is no id of a grid'],
    [['--grid', 'lane', '--prosumer', 'power-plant'], 'is no id of a prosumer'],
    [['--grid', 'lane', '--url', 'ftp://x'], 'is an http address'],
    [['--grid', 'lane', '--file', 'a', '--url', 'http://x'], '--file is instead of'],
    [['--grid', 'lane', '--file', 'a', '--prosumer', 'p'], '--file is instead of'],
    [['--grid', 'lane', '--part'], '--part is of files'],
    [['--grid', 'lane', '--known', 'abc'], '64 digits'],
    [['--grid', 'lane', '--prosumer', 'p', '--known', 'a'.repeat(64)], '--known is of a grid'],
    [['--grid', 'lane', '--what'], '--what'],
    [['--grid', 'lane', 'more'], 'more'],
  ])('%j is refused', (args, reason) => {
    expect(() => readVerifyArguments(args)).toThrow(VerifyUsageError);
    expect(() => readVerifyArguments(args)).toThrow(reason);
  });
});
