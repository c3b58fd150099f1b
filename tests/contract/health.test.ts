import { expect, test } from '@jest/globals';
import { freshStores } from './adapters.ts';
import { describeDocuments } from './cosmosAdapter.ts';

describeDocuments('health', (adapter) => {
  const stores = freshStores(adapter);

  test('every part has a name of its own and answers', async () => {
    const { health } = stores();
    expect(health.length).toBeGreaterThan(0);
    expect(new Set(health.map(({ name }) => name)).size).toBe(health.length);
    for (const part of health) await expect(part.check()).resolves.toBeUndefined();
  });

  test('a part that cannot be used says so', async () => {
    const { health, reopen } = stores();
    await reopen();
    for (const part of health) await expect(part.check()).rejects.toThrow();
  });
});
