import { expect, test } from '@jest/globals';
import { dynamicCode } from './dynamicCode.ts';
import { readSources } from './sourceFile.ts';

test('no source makes code from text, and nothing that is shipped runs other programs', () => {
  expect(dynamicCode(readSources())).toEqual([]);
});

test.each([
  ['shared/http/page.ts', `const x = ${'ev'}al(text);`],
  ['shared/http/page.ts', `const x = new ${'Func'}tion('a', text);`],
  ['shared/http/page.ts', `const x = ${'Func'}tion(text);`],
  ['shared/http/page.ts', "setTimeout('x()', 1);"],
  ['local/sign.ts', "process.binding('spawn_sync');"],
  ['local/main.ts', "import { spawn } from 'node:child_process';"],
  ['functions/main.ts', "import vm from 'vm';"],
  ['infra/build.ts', "const { Worker } = await import('node:worker_threads');"],
  ['infra/build.ts', "await import('data:text/javascript,x');"],
])('a planted one is found: %s: %s', (path, text) => {
  expect(dynamicCode([{ path, text }])).toHaveLength(1);
});

test.each([
  ['bench/startup.ts', "import { spawn } from 'node:child_process';"],
  ['shared/http/page.ts', 'const isFunction = isFunction(x); setTimeout(run, 1);'],
  ['shared/http/page.ts', 'function (x) {}'],
])('and what is none is not: %s: %s', (path, text) => {
  expect(dynamicCode([{ path, text }])).toEqual([]);
});
