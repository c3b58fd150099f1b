import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const root = new URL('../../', import.meta.url);
const workflows = readdirSync(new URL('.github/workflows/', root));
const scripts = ['infra/deploy.sh', 'infra/tearDown.sh', 'infra/emulators/run.sh'];

/** What a workflow may write, and none else. */
const writes: Readonly<Record<string, readonly string[]>> = {
  'deploy.yml': ['id-token'],
  'codeql.yml': ['security-events'],
};

function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

describe.each(workflows)('workflow %s', (name) => {
  const text = read(`.github/workflows/${name}`);

  test('pins every action to a commit and names its version', () => {
    const uses = [...text.matchAll(/uses: (.+)/g)].map(([, use = '']) => use);
    expect(uses.length).toBeGreaterThan(0);
    for (const use of uses) expect(use).toMatch(/^[\w./-]+@[0-9a-f]{40} # v\d/);
  });

  test('may read and no more, unless a job says so', () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m);
    const written = [...text.matchAll(/^\s+([\w-]+): write$/gm)].map(([, scope]) => scope);
    expect(written).toEqual(writes[name] ?? []);
  });

  test('ends by itself', () => expect(text).toMatch(/timeout-minutes: \d+/));
});

test('one action has one version in all workflows', () => {
  const pinned = new Map<string, Set<string>>();
  for (const name of workflows) {
    const text = read(`.github/workflows/${name}`);
    for (const [, action = '', version = ''] of text.matchAll(/uses: ([^@]+)@(.+)/g)) {
      pinned.set(action, (pinned.get(action) ?? new Set()).add(version));
    }
  }
  for (const [action, versions] of pinned) expect([action, versions.size]).toEqual([action, 1]);
});

test('the deployment signs in without a secret, in an environment that may ask for approval', () => {
  const text = read('.github/workflows/deploy.yml');
  expect(text).not.toContain('secrets.');
  expect(text).toMatch(/^ {4}environment: \$\{\{ inputs\.environment \}\}$/m);
  // What a person types must reach the shell as a variable, never as a part of the script.
  for (const [, line = ''] of text.matchAll(/run: \|\n((?: {10}.*\n)+)/g)) {
    expect(line).not.toContain('${{');
  }
});

describe.each(scripts)('script %s', (path) => {
  test('is executable and stops at what fails', () => {
    expect(statSync(new URL(path, root)).mode & 0o111).toBe(0o111);
    expect(read(path)).toMatch(/^#!\/usr\/bin\/env bash\n(?:#.*\n)+set -euo pipefail\n/);
  });

  test('never traces its commands, which would show what they are given', () => {
    expect(read(path)).not.toMatch(/set -[a-z]*x|bash -x/);
  });
});

describe('the compose file', () => {
  const text = read('infra/emulators/compose.yaml');

  test('publishes on 127.0.0.1 only', () => {
    const ports = [...text.matchAll(/- '([^']+:\d+)'$/gm)].map(([, port = '']) => port);
    expect(ports.length).toBeGreaterThanOrEqual(8);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test('names the version of each image', () => {
    const images = [...text.matchAll(/image: (.+)/g)].map(([, image = '']) => image);
    expect(images).toHaveLength(4);
    for (const image of images) {
      expect(image).toMatch(/^mcr\.microsoft\.com\/[\w./-]+:[\w.-]*\d[\w.-]*$/);
      expect(image).not.toMatch(/latest|preview/);
    }
  });

  test('holds no password', () => {
    for (const [, value = ''] of text.matchAll(/PASSWORD: (.+)/g)) expect(value).toMatch(/^\$\{/);
  });
});
