import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { passphrase, type SignerCase, signerCase, words } from './signerCase.ts';

const program = join(import.meta.dirname, '../../local/sign.ts');
const root = join(import.meta.dirname, '../..');
const patienceMs = 30_000;

let given: SignerCase;
beforeEach(async () => {
  given = await signerCase();
});
afterEach(() => given.end());

type Run = { readonly code: number | null; readonly said: string };

/** Runs the signer as a user does, with these lines typed. */
function sign(args: readonly string[], typed = ''): Promise<Run> {
  const files = ['--psbt', given.files.psbt, '--manifest', given.files.manifest];
  return run([...files, ...args], typed);
}

function run(args: readonly string[], typed: string): Promise<Run> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, ...args],
    {
      cwd: root,
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  child.stdin.end(typed);
  return ended(child);
}

function ended(child: ReturnType<typeof spawn>): Promise<Run> {
  let said = '';
  const hear = (chunk: Buffer) => {
    said += chunk.toString();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said }));
  });
}

function seedFile(text: string): string {
  const file = join(given.directory, 'seed');
  writeFileSync(file, text);
  return file;
}

/** What the server makes of the signed PSBT. */
function finished() {
  const signed = readFileSync(given.files.out, 'utf8').trim();
  return given.bitcoin.finishPayout(given.psbt, signed);
}

describe('the signer', () => {
  test(
    'shows the sums, asks, and signs with words from a file',
    async () => {
      const { code, said } = await sign(['--seed-file', seedFile(words)], 'yes\n');
      expect(said).toContain('Signed.');
      expect(code).toBe(0);
      expect(said).toMatch(/2 payees +150 000 sat/);
      expect(said).toMatch(/back to the grid +48 600 sat/);
      expect(said).toMatch(/fee +1 400 sat/);
      expect(said).toMatch(/coins spent +200 000 sat/);
      expect(finished()).toMatchObject({ ok: true, value: { txid: given.manifest.txid } });
    },
    patienceMs,
  );

  test(
    'asks for words and passphrase, and shows neither',
    async () => {
      given.end();
      given = await signerCase(passphrase);
      const { code, said } = await sign(['--passphrase'], `yes\n${words}\n${passphrase}\n`);
      expect(code).toBe(0);
      expect(said).not.toContain('abandon');
      expect(said).not.toContain(passphrase);
      expect(finished()).toMatchObject({ ok: true });
    },
    patienceMs,
  );

  test(
    'signs with words that stand one below the other',
    async () => {
      const file = seedFile(`${words.replaceAll(' ', '\r\n')}\n`);
      const { code } = await sign(['--seed-file', file, '--yes']);
      expect(code).toBe(0);
      expect(finished()).toMatchObject({ ok: true });
    },
    patienceMs,
  );

  test.each(['master', 'account'] as const)(
    'signs with the extended private key of the %s, unasked with --yes',
    async (which) => {
      const file = seedFile(`${given[which].toBase58()}\n`);
      const { code } = await sign(['--seed-file', file, '--yes']);
      expect(code).toBe(0);
      expect(finished()).toMatchObject({ ok: true });
    },
    patienceMs,
  );

  test(
    'shows nothing of what is typed at a terminal',
    async () => {
      const line = [process.execPath, program, '--psbt', given.files.psbt];
      line.push('--manifest', given.files.manifest);
      const child = spawn('script', ['-qefc', line.join(' '), '/dev/null'], { cwd: root });
      const whole = ended(child);
      const answers: readonly (readonly [RegExp, string])[] = [
        [/Type yes: $/, 'yes\r'],
        [/not shown\): $/, `${words}\r`],
      ];
      await typeWhenAsked(child, answers);
      const { code, said } = await whole;
      expect(code).toBe(0);
      expect(said).not.toContain('abandon');
      expect(finished()).toMatchObject({ ok: true });
    },
    patienceMs,
  );

  test.each([
    ['a seed of another account', words.replace('about', 'abandon'), 'mistyped'],
    ['another seed', `${'zoo '.repeat(11)}wrong`, 'not the key of the account'],
    ['no seed at all', 'password', 'neither the words'],
  ])(
    'signs nothing with %s, and tells nothing of it',
    async (_what, secret, reason) => {
      const { code, said } = await sign(['--seed-file', seedFile(secret), '--yes']);
      expect(code).toBe(1);
      expect(said).toContain(reason);
      expect(said).not.toContain(secret);
      expect(existsSync(given.files.out)).toBe(false);
    },
    patienceMs,
  );

  test(
    'signs nothing that was not agreed to, and asks for no key then',
    async () => {
      const { code, said } = await sign([], `no\n${words}\n`);
      expect(code).toBe(1);
      expect(said).toContain('Nothing was signed');
      expect(said).not.toContain('seed');
      expect(existsSync(given.files.out)).toBe(false);
    },
    patienceMs,
  );

  test(
    'shows who was paid elsewhere before, and leaves that to whoever is asked',
    async () => {
      const earlier = structuredClone(given.manifest);
      const [first, second] = earlier.payees;
      if (first === undefined || second === undefined) throw new Error('there are payees');
      const swapped = { ...earlier, payees: [{ ...first, address: second.address }] };
      const files = [earlier, swapped].map((manifest, at) => {
        const file = join(given.directory, `known-${at}`);
        writeFileSync(file, JSON.stringify(manifest));
        return file;
      });
      const seed = ['--seed-file', seedFile(words)];
      const [one = '', two = ''] = files;
      const refused = await sign([...seed, '--yes', '--known', one, '--known', two]);
      expect(refused.code).toBe(1);
      expect(refused.said).toContain('1 of 2 addresses');
      expect(refused.said).toContain(`house-1 was paid at ${second.address}, and is now at`);
      expect(existsSync(given.files.out)).toBe(false);
      expect((await sign([...seed, '--known', two, '--known', one, '--yes'])).code).toBe(0);
      const asked = await sign([...seed, '--known', two], 'yes\n');
      expect(asked.said).toContain('house-2 was not paid before');
      expect(asked.code).toBe(0);
    },
    patienceMs,
  );

  test(
    'takes no manifest of another grid for what was before',
    async () => {
      const file = join(given.directory, 'known');
      writeFileSync(file, JSON.stringify({ ...given.manifest, gridId: 'elsewhere' }));
      const { code, said } = await sign(['--yes', '--known', file]);
      expect(code).toBe(1);
      expect(said).toContain('of the grid elsewhere');
    },
    patienceMs,
  );

  test(
    'signs nothing that pays more than the fee rate that is allowed',
    async () => {
      const { code, said } = await sign(['--yes', '--fee-rate-max', '4']);
      expect(code).toBe(1);
      expect(said).toContain('more than the 4 of --fee-rate-max');
      expect(existsSync(given.files.out)).toBe(false);
    },
    patienceMs,
  );

  test(
    'says so when there is a signature already',
    async () => {
      const seed = seedFile(words);
      await sign(['--seed-file', seed, '--yes']);
      writeFileSync(given.files.psbt, readFileSync(given.files.out));
      const { code, said } = await sign(['--seed-file', seed, '--yes']);
      expect(code).toBe(1);
      expect(said).toContain('It cannot be signed with this key');
      expect(said).not.toContain('.ts:');
    },
    patienceMs,
  );

  test.each([
    ['without a PSBT', ['--manifest', 'x'], '--psbt FILE'],
    ['with an option that is none', ['--seed', 'x'], '--help'],
    [
      'with a vault elsewhere',
      ['--psbt', 'x', '--manifest', 'x', '--key-vault', 'https://evil.example/keys/k'],
      'vault.azure.net',
    ],
    [
      'with a fee rate that is none',
      ['--psbt', 'x', '--manifest', 'x', '--fee-rate-max', '0'],
      'from 1 to 99999',
    ],
    ['with a file that is not there', ['--psbt', 'x', '--manifest', 'x'], 'ENOENT'],
  ])(
    'tells of wrong usage %s',
    async (_what, args, reason) => {
      const { code, said } = await run(args, '');
      expect(code).toBe(2);
      expect(said).toContain(reason);
    },
    patienceMs,
  );
});

async function typeWhenAsked(
  child: ReturnType<typeof spawn>,
  answers: readonly (readonly [RegExp, string])[],
): Promise<void> {
  let heard = '';
  let at = 0;
  await new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.stdout?.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
      const [question, answer] = answers[at] ?? [];
      if (question === undefined || !question.test(heard)) return;
      at += 1;
      heard = '';
      child.stdin?.write(answer);
      if (at === answers.length) resolve();
    });
  });
}
