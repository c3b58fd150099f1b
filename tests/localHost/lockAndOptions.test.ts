import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DataDirectoryInUseError, lockDataDirectory } from '../../local/host/dataDirectoryLock.ts';
import { readHostJson } from '../../local/host/hostJson.ts';
import { applySettings, resolveSettings } from '../../local/host/settings.ts';
import { parseHostOptions } from '../../local/hostOptions.ts';

const directory = () => mkdtempSync(join(tmpdir(), 'lock-'));

describe('the lock of a data directory', () => {
  test('keeps a second one out, by name, until it is let go', () => {
    const data = join(directory(), 'made', 'for it');
    const release = lockDataDirectory(data);
    expect(() => lockDataDirectory(data)).toThrow(DataDirectoryInUseError);
    expect(() => lockDataDirectory(data)).toThrow(data);
    release();
    expect(existsSync(join(data, 'host.lock'))).toBe(false);
    lockDataDirectory(data)();
  });

  test('of a living process stands', () => {
    const data = directory();
    writeFileSync(join(data, 'host.lock'), `{"pid":${process.ppid}}`);
    expect(() => lockDataDirectory(data)).toThrow(`process ${process.ppid}`);
  });

  test.each([
    ['a process that is gone', '{"pid":4194304}'],
    ['a process that only had the same number', `{"pid":${process.ppid},"started":"1"}`],
    ['an earlier life under our own number', `{"pid":${process.pid}}`],
    ['a writer that died', ''],
  ])('of %s is taken over', (_, content) => {
    const data = directory();
    writeFileSync(join(data, 'host.lock'), content);
    const release = lockDataDirectory(data);
    expect(readFileSync(join(data, 'host.lock'), 'utf8')).toContain(`"pid":${process.pid}`);
    release();
  });
});

describe('the options', () => {
  test('have defaults', () => {
    expect(parseHostOptions([])).toEqual({
      kind: 'run',
      options: {
        port: 7071,
        dataDirectory: '.data',
        appFile: 'functions/main.ts',
        isLive: false,
        issuesTokens: false,
        speed: 900,
      },
    });
    expect(parseHostOptions(['--help'])).toEqual({ kind: 'help' });
    expect(
      parseHostOptions([
        '--port',
        '0',
        '--data=x',
        '--live',
        '--auth',
        '--speed',
        '900',
        '--app',
        'dist/main.js',
      ]),
    ).toEqual({
      kind: 'run',
      options: {
        port: 0,
        dataDirectory: 'x',
        appFile: 'dist/main.js',
        isLive: true,
        issuesTokens: true,
        speed: 900,
      },
    });
  });

  test.each([
    [['--prot', '1'], '--prot'],
    [['--port', '65536'], '--port'],
    [['--port', 'x'], '--port'],
    [['--speed', '0'], '--speed'],
    [['--data', ''], '--data'],
    [['--port'], '--port'],
    [['surplus'], 'surplus'],
  ])('%j are refused, with the reason', (args, reason) => {
    expect(parseHostOptions(args)).toEqual({
      kind: 'refused',
      reason: expect.stringContaining(reason),
    });
  });
});

describe('the settings', () => {
  test('of the environment come first, then those of the file, then the defaults', () => {
    const file = join(directory(), 'local.settings.json');
    writeFileSync(file, '{"Values":{"A":"file","B":"file","TRADES_QUEUE":"other"}}');
    const environment: Record<string, string> = { A: 'environment' };
    applySettings(environment, file);
    expect(environment).toMatchObject({
      A: 'environment',
      B: 'file',
      TRADES_QUEUE: 'other',
      TIMEFRAMES_QUEUE: 'timeframes',
    });
    expect(resolveSettings('q-%A%', environment)).toBe('q-environment');
    expect(() => resolveSettings('%MISSING%', environment)).toThrow('MISSING');
  });

  test('need no file, and refuse one that is something else', () => {
    const file = join(directory(), 'local.settings.json');
    applySettings({}, file);
    for (const text of ['{', '{"Values":{"A":1}}', '{"Values":[1]}']) {
      writeFileSync(file, text);
      expect(() => applySettings({}, file)).toThrow(file);
    }
  });

  test('of host.json have the defaults of the host', () => {
    const file = join(directory(), 'host.json');
    writeFileSync(file, '{}');
    expect(readHostJson(file)).toEqual({
      routePrefix: 'api',
      requests: { concurrentMax: Infinity, outstandingMax: Infinity },
      serviceBus: { concurrencyMax: 16, renewalMsMax: 300_000 },
    });
    const extensions = {
      http: { routePrefix: '', maxConcurrentRequests: 5, maxOutstandingRequests: -1 },
      serviceBus: { maxConcurrentCalls: 3, maxAutoLockRenewalDuration: '1.00:00:01' },
    };
    writeFileSync(file, JSON.stringify({ extensions }));
    expect(readHostJson(file)).toEqual({
      routePrefix: '',
      requests: { concurrentMax: 5, outstandingMax: Infinity },
      serviceBus: { concurrencyMax: 3, renewalMsMax: 86_401_000 },
    });
    writeFileSync(file, '{"extensions":{"serviceBus":{"maxConcurrentCalls":0}}}');
    expect(() => readHostJson(file)).toThrow('maxConcurrentCalls');
    writeFileSync(file, '{"extensions":{"http":{"maxOutstandingRequests":0}}}');
    expect(() => readHostJson(file)).toThrow('extensions.http.maxOutstandingRequests');
  });
});
