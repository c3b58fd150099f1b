import { describe, expect, test } from '@jest/globals';
import { healthWithin } from '../../shared/adapters/healthWithin.ts';
import { readSettings } from '../../shared/config.ts';
import { checkHealth } from '../../shared/operations/checkHealth.ts';

const failing = (error: unknown) => ({ name: 'part', check: () => Promise.reject(error) });

describe('the reason why a part is not ready', () => {
  test.each([
    [new Error('login "sa" at 10.0.0.4'), 'Error: part cannot be used'],
    [Object.assign(new Error('10.0.0.4'), { code: 'ECONNREFUSED' }), 'Error (ECONNREFUSED): part'],
    [Object.assign(new Error('no'), { code: 403 }), 'Error (403): part'],
    [Object.assign(new Error('no'), { code: 'key=abc; host' }), 'Error: part cannot be used'],
    ['text', 'Error: part cannot be used'],
  ])('is its kind and code, and nothing of %p', async (error, reason) => {
    const [part] = await checkHealth(async () => [failing(error)]);
    expect(part?.isReady).toBe(false);
    expect(part?.reason).toContain(reason);
    expect(part?.reason).not.toMatch(/10\.0\.0\.4|sa"|key=/);
  });

  test('is a wrong setting by its name', async () => {
    const parts = await checkHealth(async () => {
      readSettings({ SQL_SERVER: 'x', COSMOS_ENDPOINT: 'https://x.y' });
      return [];
    });
    expect(parts).toMatchObject([{ name: 'settings', isReady: false }]);
    expect(parts[0]?.reason).toContain('SQL_DATABASE is not set');
  });
});

describe('a check', () => {
  test('that hangs ends within its limit', async () => {
    const hanging = { name: 'slow', check: () => new Promise<void>(() => undefined) };
    await expect(healthWithin(hanging, 20).check()).rejects.toThrow(
      'slow did not answer within 20',
    );
  });

  test('keeps its own outcome', async () => {
    const good = { name: 'good', check: async () => undefined };
    await expect(healthWithin(good, 1_000).check()).resolves.toBeUndefined();
    await expect(healthWithin(failing(new Error('down')), 1_000).check()).rejects.toThrow('down');
  });
});
