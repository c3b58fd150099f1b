import type { AccountId, ProsumerId } from '../domain/ids.ts';
import type { Posting } from '../domain/ledger.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import { isIdKey, isPlaceKey, isTimeframeKey } from './pageRequest.ts';

type PostingKey = {
  readonly timeframe: Timeframe;
  readonly revision: number;
  readonly sequence: number;
  readonly accountId: AccountId;
  readonly side: Posting['side'];
};

type NettoKey = {
  readonly timeframe: Timeframe;
  readonly within?: { readonly closingNumber: number; readonly prosumerId: ProsumerId };
};

type Unknown<Key> = Partial<Record<keyof Key, unknown>>;

const sides: readonly unknown[] = ['sell', 'buy', 'fee'] satisfies Posting['side'][];

/** The key of an export of postings. */
export function isPostingKey(value: unknown): value is PostingKey {
  if (!isPlaceKey(value)) return false;
  const { accountId, side }: Unknown<PostingKey> = value;
  return isIdKey(accountId) && sides.includes(side);
}

/** The key of an export of nettos. */
export function isNettoKey(value: unknown): value is NettoKey {
  if (typeof value !== 'object' || value === null) return false;
  const { timeframe, within }: Unknown<NettoKey> = value;
  return isTimeframeKey(timeframe) && (within === undefined || isWithin(within));
}

function isWithin(value: unknown): value is Required<NettoKey>['within'] {
  if (typeof value !== 'object' || value === null) return false;
  const { closingNumber, prosumerId }: Unknown<Required<NettoKey>['within']> = value;
  return Number.isSafeInteger(closingNumber) && isIdKey(prosumerId);
}
