/**
 * Runs `work` on every item, so many at once; results line up with the items. After a failure
 * nothing more is started; what is under way is awaited, then the first failure is thrown.
 */
export async function mapAtOnce<Item, Result>(
  atOnceMax: number,
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  const entries = items.entries();
  let failure: { readonly error: unknown } | undefined;
  // All workers draw from one iterator: each item is taken once.
  const worker = async () => {
    for (const [index, item] of entries) {
      if (failure !== undefined) return;
      try {
        results[index] = await work(item, index);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  const workers = Math.min(items.length, atOnceMax);
  await Promise.all(Array.from({ length: workers }, worker));
  if (failure !== undefined) throw failure.error;
  return results;
}
