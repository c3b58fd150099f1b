import { randomBytes } from 'node:crypto';
import { assert } from '../../../domain/assert.ts';
import type { AppendOutcome } from '../../../ports/readingStore.ts';
import { mapAtOnce } from '../../mapAtOnce.ts';
import { pauseBefore } from './contention.ts';
import { ContentionError } from './cosmosErrors.ts';
import type { Documents } from './documents.ts';

/**
 * Append-only logs in packs. A log is a partition; its packs are numbered from 1 without a gap, and
 * a pack is written by one conditional create under the next number. That create puts all writers
 * of a log in one order:
 *
 * - Whoever writes pack n has read packs 1 to n − 1: else the number it takes is not free. So each
 *   item is judged against everything before it, and of two that say different things under one
 *   key the first in the log is accepted, by whatever instance it came.
 * - The number of the last pack is the mark of a snapshot. A snapshot is packs 1 to n and nothing
 *   else; something was appended since if pack n + 1 is there: one point read. As numbers have no
 *   gap, no item can be both missing from the snapshot and hidden from that look.
 * - A create whose answer was lost is found again at its number, by the mark of its writer.
 *
 * What was read of a log is kept in memory. It cannot become wrong, as nothing in a log changes; it
 * can only be short, which the next create or read finds out. Appends that come while one is under
 * way wait for it and then go into one pack together: many single readings are few documents.
 */
export class PackLogs<Item, Body extends object> {
  readonly #codec: PackCodec<Item, Body>;
  readonly #logs = new Map<string, Log<Item>>();
  #itemCount = 0;

  constructor(codec: PackCodec<Item, Body>) {
    this.#codec = codec;
  }

  /** Appends what is not there yet. Outcomes line up with the items. */
  async append(documents: Documents, pk: string, items: readonly Item[]): Promise<AppendOutcome[]> {
    const log = this.#logOf(pk);
    const waiting: Waiting<Item> = { items, outcomes: [] };
    log.waiting.push(waiting);
    // One at a time; whoever's turn comes takes along all that wait, and then theirs is nothing.
    log.turn = log.turn.then(() => this.#appendWaiting(documents, log));
    await log.turn;
    if (waiting.failure !== undefined) throw waiting.failure.error;
    return waiting.outcomes;
  }

  /** All items up to now in the order of the log, and the number of its last pack. */
  async read(documents: Documents, pk: string): Promise<LogSnapshot<Item>> {
    const log = this.#logOf(pk);
    await this.#catchUp(documents, log);
    // A copy: what is appended from here on belongs to a later mark.
    return { items: [...log.items], packs: log.packs };
  }

  /**
   * The highest version of each of these, where there is one. One point read where nothing was
   * appended since the log was read last.
   */
  async latest(
    documents: Documents,
    pk: string,
    names: Iterable<string>,
  ): Promise<readonly Item[]> {
    const log = this.#logOf(pk);
    if (!log.isRead || (await this.isLongerThan(documents, pk, log.packs))) {
      await this.#catchUp(documents, log);
    }
    return [...new Set(names)]
      .map((name) => log.latest.get(name))
      .filter((item) => item !== undefined);
  }

  /** Is there a pack after number `packs`? */
  async isLongerThan(documents: Documents, pk: string, packs: number): Promise<boolean> {
    assert(Number.isSafeInteger(packs), `${packs} is no number of packs`);
    const known = this.#logs.get(pk);
    if (known !== undefined && known.packs > packs) return true;
    return (await documents.read(pk, packIdOf(packs + 1))) !== undefined;
  }

  /** Deletes a log, and forgets it here. Nobody may append to it any more. */
  async delete(documents: Documents, pk: string): Promise<void> {
    const packs = await documents.query<string>(pk, { select: 'VALUE c.id' });
    await mapAtOnce(deletionsAtOnceMax, packs, (id) => documents.delete(pk, id));
    const log = this.#logs.get(pk);
    if (log === undefined || !this.#logs.delete(pk)) return;
    this.#itemCount -= log.items.length;
  }

  async #appendWaiting(documents: Documents, log: Log<Item>): Promise<void> {
    const carried = log.waiting.splice(0);
    if (carried.length === 0) return;
    try {
      if (!log.isRead) await this.#catchUp(documents, log);
      const items = carried.flatMap((each) => each.items);
      const outcomes = await this.#appendAll(documents, log, items);
      let at = 0;
      for (const each of carried) {
        each.outcomes = outcomes.slice(at, at + each.items.length);
        at += each.items.length;
      }
    } catch (error) {
      for (const each of carried) each.failure = { error };
    }
  }

  async #appendAll(
    documents: Documents,
    log: Log<Item>,
    items: readonly Item[],
  ): Promise<AppendOutcome[]> {
    const outcomes: AppendOutcome[] = [];
    let lost = 0;
    while (outcomes.length < items.length) {
      const judged = this.#judge(log, items.slice(outcomes.length));
      if (judged.fresh.length > 0 && !(await this.#writePack(documents, log, judged.fresh))) {
        lost += 1;
        if (lost > attemptsMax) throw new ContentionError(`Others keep appending to ${log.pk}.`);
        await pauseBefore(lost + 1);
        continue;
      }
      outcomes.push(...judged.outcomes);
    }
    return outcomes;
  }

  /** What is to become of the items, up to as many as fill a pack. */
  #judge(log: Log<Item>, items: readonly Item[]): { outcomes: AppendOutcome[]; fresh: Item[] } {
    const { keyOf, isSame } = this.#codec;
    const fresh = new Map<string, Item>();
    const outcomes: AppendOutcome[] = [];
    for (const item of items) {
      const key = keyOf(item);
      const there = log.byKey.get(key) ?? fresh.get(key);
      if (there !== undefined) {
        outcomes.push(isSame(there, item) ? 'duplicate' : 'conflict');
      } else {
        if (fresh.size === itemsPerPackMax) break;
        fresh.set(key, item);
        outcomes.push('accepted');
      }
    }
    return { outcomes, fresh: [...fresh.values()] };
  }

  /** Writes the next pack. False when its number was taken: the log is read on, and all is to be judged anew. */
  async #writePack(documents: Documents, log: Log<Item>, items: readonly Item[]): Promise<boolean> {
    const number = log.packs + 1;
    const by = randomBytes(writerBytes).toString('base64url');
    const pack = { id: packIdOf(number), pk: log.pk, by, ...this.#codec.pack(items) };
    if (await documents.create(pack)) {
      // A read that went on meanwhile may have met the pack already.
      if (log.packs === number - 1) this.#add(log, items);
      return true;
    }
    const packs = await this.#catchUp(documents, log);
    return packs.some((each) => each.id === pack.id && each.by === by);
  }

  async #catchUp(documents: Documents, log: Log<Item>): Promise<readonly Pack<Body>[]> {
    const packs = await documents.query<Pack<Body>>(log.pk, {
      where: 'c.id > @last',
      orderBy: 'c.id',
      parameters: { '@last': packIdOf(log.packs) },
    });
    for (const pack of packs) {
      if (pack.id === packIdOf(log.packs + 1)) this.#add(log, this.#codec.unpack(pack));
    }
    log.isRead = true;
    return packs;
  }

  #add(log: Log<Item>, items: readonly Item[]): void {
    const { keyOf, versioned } = this.#codec;
    for (const item of items) {
      log.byKey.set(keyOf(item), item);
      const name = versioned?.nameOf(item);
      if (versioned === undefined || name === undefined) continue;
      const other = log.latest.get(name);
      if (other === undefined || versioned.versionOf(other) < versioned.versionOf(item)) {
        log.latest.set(name, item);
      }
    }
    log.items.push(...items);
    log.packs += 1;
    // One that was forgotten while in use goes on with what it holds, and is not counted.
    if (this.#logs.get(log.pk) === log) this.#itemCount += items.length;
    this.#forget(log);
  }

  #logOf(pk: string): Log<Item> {
    const log = this.#logs.get(pk) ?? emptyLog<Item>(pk);
    // The last in the map is the one that was used last.
    this.#logs.delete(pk);
    this.#logs.set(pk, log);
    return log;
  }

  /** Forgets what was not used for longest. */
  #forget(inUse: Log<Item>): void {
    for (const [pk, log] of this.#logs) {
      if (this.#itemCount <= itemsInMemoryMax) return;
      if (log === inUse) continue;
      this.#logs.delete(pk);
      this.#itemCount -= log.items.length;
    }
  }
}

/** How items of one kind are told apart and packed. */
export type PackCodec<Item, Body extends object> = {
  keyOf(item: Item): string;
  /** Where items are versions of something: of what, and which. */
  readonly versioned?: {
    nameOf(item: Item): string;
    versionOf(item: Item): number;
  };
  /** Do two items under one key say the same? */
  isSame(a: Item, b: Item): boolean;
  pack(items: readonly Item[]): Body;
  unpack(body: Body): Item[];
};

export type LogSnapshot<Item> = { readonly items: readonly Item[]; readonly packs: number };

type Pack<Body> = Body & { readonly id: string; readonly by: string };

type Waiting<Item> = {
  readonly items: readonly Item[];
  outcomes: AppendOutcome[];
  failure?: { readonly error: unknown };
};

type Log<Item> = {
  readonly pk: string;
  readonly items: Item[];
  readonly byKey: Map<string, Item>;
  /** The highest version of each, where items are versions of something. */
  readonly latest: Map<string, Item>;
  readonly waiting: Waiting<Item>[];
  turn: Promise<void>;
  packs: number;
  isRead: boolean;
};

/** Some 55 to 90 bytes each: a pack stays under 100 KB. */
const itemsPerPackMax = 1_000;
/** Some 200 bytes each in memory. */
const itemsInMemoryMax = 200_000;
/** Deletions of a log that are under way at once: few, as nobody waits for them, and each is costly. */
const deletionsAtOnceMax = 4;
/** How often an append may find its number taken. Each time somebody else got on. */
const attemptsMax = 64;
const writerBytes = 9;
/** Digits of a pack's number in its id: the order of ids is that of numbers. */
const numberDigits = 6;

function packIdOf(number: number): string {
  return String(number).padStart(numberDigits, '0');
}

function emptyLog<Item>(pk: string): Log<Item> {
  return {
    pk,
    items: [],
    byKey: new Map(),
    latest: new Map(),
    waiting: [],
    turn: Promise.resolve(),
    packs: 0,
    isRead: false,
  };
}
