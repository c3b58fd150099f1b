import type { GridId, ProsumerId } from '../../../domain/ids.ts';
import type { Stored } from './documents.ts';
import { type RosterShard, rowOf } from './rosterShard.ts';

/** Some 300 KB each in memory. */
const shardsInMemoryMax = 128;

/** Shards as they were read last. They may have changed since: none is used before it is refreshed. */
export class KnownShards {
  readonly #shards = new Map<string, Stored<RosterShard>>();

  remember(shard: Stored<RosterShard>): void {
    const key = `${shard.pk} ${shard.id}`;
    // The last in the map is the one that was used last.
    this.#shards.delete(key);
    this.#shards.set(key, shard);
    const [oldest] = this.#shards.keys();
    if (this.#shards.size > shardsInMemoryMax && oldest !== undefined) this.#shards.delete(oldest);
  }

  /** The shards of a grid in which some of these were. */
  holding(gridId: GridId, ids: Iterable<ProsumerId>): Stored<RosterShard>[] {
    const shards = [...this.#shards.values()].filter(({ pk }) => pk === gridId);
    const holding = new Set<Stored<RosterShard>>();
    for (const id of ids) {
      const shard = shards.find((each) => rowOf(each, id) !== undefined);
      if (shard !== undefined) holding.add(shard);
    }
    return [...holding];
  }
}
