import type { Actor } from '../../../domain/audit.ts';
import type { Instant } from '../../../domain/timeframe.ts';
import { valueAt } from './dictionary.ts';

/** When something came, and who posted it. */
export type Posting = { readonly receivedAt: Instant; readonly postedBy?: Actor };

/** Postings in columns; a pack from before `postedBy` was kept has none. */
export type PackedPostings = {
  readonly receivedAt: readonly Instant[];
  readonly postedBy?: readonly (Actor | null)[];
};

/** The postings of a pack: all that came in one request is one, and is said once. */
export class Postings {
  readonly #postings: Posting[] = [];
  readonly #indexes = new Map<string, number>();
  #last: (Posting & { readonly index: number }) | undefined;

  /** The index of a posting, which is added if it is not there. */
  indexOf({ receivedAt, postedBy }: Posting): number {
    const last = this.#last;
    if (last?.receivedAt === receivedAt && last.postedBy === postedBy) return last.index;
    const key = postedBy ? `${receivedAt} ${postedBy.kind} ${postedBy.id}` : receivedAt;
    const posting = { receivedAt, ...(postedBy && { postedBy }) };
    const index = this.#indexes.get(key) ?? this.#postings.push(posting) - 1;
    this.#indexes.set(key, index);
    this.#last = { ...posting, index };
    return index;
  }

  packed(): PackedPostings {
    const receivedAt = this.#postings.map((posting) => posting.receivedAt);
    if (this.#postings.every(({ postedBy }) => postedBy === undefined)) return { receivedAt };
    return { receivedAt, postedBy: this.#postings.map(({ postedBy }) => postedBy ?? null) };
  }
}

/** The posting of an index that was written with its pack. Throws when there is none. */
export function postingAt({ receivedAt, postedBy }: PackedPostings, index: number): Posting {
  const by = postedBy?.[index];
  return { receivedAt: valueAt(receivedAt, index), ...(by && { postedBy: by }) };
}
