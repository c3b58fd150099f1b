/** An index that is public throttles those who ask for more at once. */
const requestsAtOnceMax = 8;

/**
 * Runs `work` on every item, a few at once; results line up with the items. After a failure nothing
 * more is started, and the first failure is thrown when all that runs has come to its end.
 */
export async function mapAtOnce<Item, Value>(
  items: readonly Item[],
  work: (item: Item) => Promise<Value>,
): Promise<readonly Value[]> {
  const results = new Array<Value>(items.length);
  const entries = items.entries();
  let failure: { readonly error: unknown } | undefined;
  const worker = async () => {
    for (const [at, item] of entries) {
      if (failure !== undefined) return;
      try {
        results[at] = await work(item);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  const workers = Math.min(items.length, requestsAtOnceMax);
  await Promise.all(Array.from({ length: workers }, worker));
  if (failure !== undefined) throw failure.error;
  return results;
}
