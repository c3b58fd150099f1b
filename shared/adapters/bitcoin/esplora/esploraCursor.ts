import type { KeyChain } from '../../../domain/bitcoin.ts';

/** What is to be looked at of one chain of a wallet the next time. */
export type ChainCursor = {
  /** Where to go on with those that nothing is expected of. */
  readonly next: number;
  /** Indexes with outputs that may still change, ascending. */
  readonly open: readonly number[];
};
export type EsploraCursor = Readonly<Record<KeyChain, ChainCursor>>;

export const startCursor: EsploraCursor = { 0: { next: 0, open: [] }, 1: { next: 0, open: [] } };

/** As `e1;12;0-3,7;4;`: for each chain where to go on, and ranges of what is open. */
export function writeCursor(cursor: EsploraCursor): string {
  const parts = ([0, 1] as const).flatMap((keyChain) => {
    const { next, open } = cursor[keyChain];
    return [String(next), rangesOf(open)];
  });
  return [version, ...parts].join(';');
}

/** A cursor of another adapter, or of another version of this one, begins anew. */
export function readCursor(text: string | undefined): EsploraCursor {
  const match = pattern.exec(text ?? '');
  if (match === null) return startCursor;
  const [, next0, open0 = '', next1, open1 = ''] = match;
  return {
    0: { next: Number(next0), open: indexesIn(open0) },
    1: { next: Number(next1), open: indexesIn(open1) },
  };
}

const version = 'e1';
const pattern = /^e1;(\d{1,9});([\d,-]*);(\d{1,9});([\d,-]*)$/;

function rangesOf(indexes: readonly number[]): string {
  const ranges: { readonly first: number; readonly last: number }[] = [];
  for (const index of indexes) {
    const previous = ranges.at(-1);
    if (previous !== undefined && previous.last + 1 === index) {
      ranges[ranges.length - 1] = { first: previous.first, last: index };
    } else {
      ranges.push({ first: index, last: index });
    }
  }
  return ranges.map(({ first, last }) => (first === last ? first : `${first}-${last}`)).join(',');
}

function indexesIn(text: string): readonly number[] {
  return text
    .split(',')
    .filter((range) => range !== '')
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, at) => first + at);
    });
}
