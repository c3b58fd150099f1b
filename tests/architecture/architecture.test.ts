import { describe, expect, test } from '@jest/globals';
import { forbiddenImports } from './arrows.ts';
import { findCycle } from './cycles.ts';
import { brokenRules } from './houseRules.ts';
import { readSources } from './sourceFile.ts';

const sources = readSources();

describe('the source', () => {
  test('is there', () => {
    const rooms = ['functions/', 'shared/domain/', 'shared/http/', 'shared/adapters/', 'local/'];
    for (const room of rooms) {
      expect(sources.filter(({ path }) => path.startsWith(room)).length).toBeGreaterThan(2);
    }
  });

  test('keeps the arrows between its rooms', () => {
    expect(forbiddenImports(sources)).toEqual([]);
  });

  test('has no circular imports', () => {
    expect(findCycle(sources)).toBeUndefined();
  });

  test('keeps the rules of the house', () => {
    expect(brokenRules(sources)).toEqual([]);
  });
});

describe('a planted import is found', () => {
  test.each([
    ['shared/domain/pool.ts', "import { x } from '../ports/clock.ts';"],
    ['shared/domain/pool.ts', "import type { X } from '../schemas/grid.ts';"],
    ['shared/domain/pool.ts', "import { createHash } from 'node:crypto';"],
    ['shared/domain/pool.ts', "import 'node:fs';"],
    ['shared/domain/pool.ts', "const x = await import('../adapters/clock.ts');"],
    ['shared/domain/pool.ts', 'const x = await import(name);'],
    ['shared/domain/pool.ts', "type X = import('../ports/clock.ts').Clock;"],
    ['shared/schemas/grid.ts', "import { x } from '../http/page.ts';"],
    ['shared/validation/validate.ts', "import type { X } from '../domain/refusal.ts';"],
    ['shared/ports/clock.ts', "import { x } from '../operations/getGrid.ts';"],
    ['shared/operations/getGrid.ts', "import type { X } from '../schemas/grid.ts';"],
    ['shared/operations/getGrid.ts', "import { app } from '@azure/functions';"],
    ['shared/http/serve.ts', "import type { X } from '../ports/clock.ts';"],
    ['shared/http/serve.ts', "import type {\n  X,\n} from '../operations/getGrid.ts';"],
    ['shared/http/serve.ts', "import type { HttpRequest } from '@azure/functions';"],
    ['shared/adapters/azure/gridStore.ts', "import { x } from '../embedded/database.ts';"],
    ['shared/adapters/azure/gridStore.ts', "import { x } from '../../operations/getGrid.ts';"],
    ['shared/adapters/clock.ts', "import { DatabaseSync } from 'node:sqlite';"],
    ['functions/grid.ts', "import { x } from '../shared/adapters/clock.ts';"],
    ['functions/grid.ts', "import { x } from '../shared/config.ts';"],
    ['functions/main.ts', "import { x } from '../local/host.ts';"],
    ['local/host.ts', "import { DatabaseSync } from 'node:sqlite';"],
  ])('%s: %s', (path, text) => {
    expect(forbiddenImports([{ path, text }])).toHaveLength(1);
  });

  test.each([
    ['shared/schemas/grid.ts', "import { x } from '../domain/units.ts';"],
    ['shared/adapters/openPorts.ts', "const x = await import('./embedded/openEmbedded.ts');"],
    ['shared/adapters/embedded/database.ts', "import { DatabaseSync } from 'node:sqlite';"],
    ['functions/main.ts', "import { openPorts } from '../shared/adapters/openPorts.ts';"],
    ['shared/domain/pool.ts', "// import { x } from '../ports/clock.ts';"],
    ['shared/domain/pool.ts', "/** import { x } from '../ports/clock.ts'; */"],
  ])('and an allowed one is not: %s: %s', (path, text) => {
    expect(forbiddenImports([{ path, text }])).toEqual([]);
  });
});

test('a planted cycle is found, through types and dynamic imports too', () => {
  const a = { path: 'shared/domain/a.ts', text: "import type { B } from './b.ts';" };
  const b = { path: 'shared/domain/b.ts', text: "const c = import('./c.ts');" };
  const c = { path: 'shared/domain/c.ts', text: "import { A } from './a.ts';" };
  expect(findCycle([a, b, c])).toEqual([a.path, b.path, c.path, a.path]);
  expect(findCycle([a, b, { ...c, text: '' }])).toBeUndefined();
});

describe('a broken rule is found', () => {
  test.each([
    ['shared/http/utils.ts', ''],
    ['shared/http/index.ts', ''],
    ['shared/http/read-body.ts', ''],
    ['shared/http/ReadBody.ts', ''],
    ['shared/http/page.ts', "export { x } from './cursor.ts';"],
    ['shared/http/page.ts', "export * from './cursor.ts';"],
    ['shared/http/page.ts', 'export default 1;'],
    ['shared/http/page.ts', `// ${'TO'}${'DO'}: later`],
    ['shared/operations/getGrid.ts', 'const now = Date.now();'],
    ['shared/domain/ids.ts', 'const id = Math.random();'],
  ])('%s: %s', (path, text) => {
    expect(brokenRules([{ path, text }])).toHaveLength(1);
  });

  test('and none where there is none', () => {
    const text = "export const from = 'x';\nexport function y() {\n  return Date.UTC(2026);\n}\n";
    expect(brokenRules([{ path: 'shared/domain/x.ts', text }])).toEqual([]);
  });
});
