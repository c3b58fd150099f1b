import type { Closing } from '../../../domain/closing.ts';
import type { GridId } from '../../../domain/ids.ts';
import type { Timeframe } from '../../../domain/timeframe.ts';
import type { StoredClosing } from '../../../ports/closingStore.ts';

/**
 * The timeframe document, some 1 KB, in the partition of its grid. Its id is the closing number,
 * so that creating it is the commit point and takes the place in the chain at once.
 */
export type ClosingDocument = {
  readonly id: string;
  readonly pk: GridId;
  readonly timeframe: Timeframe;
  /** Only there until it is settled, so that the index of it holds what is open and no more. */
  readonly isOpen?: true;
  /** Only there while it lacks readings, for the same reason. */
  readonly isLate?: true;
  readonly closing: Closing;
};

/** A closing as the port shows it; what may change of one lies beside what was committed. */
export function closingOf({ closing, isOpen, isLate }: ClosingDocument): StoredClosing {
  const status = isOpen === true ? 'closed' : 'settled';
  return { ...closing, status, hasLateReadings: isLate === true };
}

export function closingDocumentOf(closing: Closing): ClosingDocument {
  const { gridId, closingNumber, timeframe, status } = closing;
  const document = { id: closingIdOf(closingNumber), pk: gridId, timeframe, closing };
  return status === 'closed' ? { ...document, isOpen: true } : document;
}

/** The id of a closing's document: ids are in the order of numbers. */
export function closingIdOf(closingNumber: number): string {
  return String(closingNumber).padStart(numberDigits, '0');
}

export function settled({ id, pk, timeframe, isLate, closing }: ClosingDocument): ClosingDocument {
  return { id, pk, timeframe, ...(isLate && { isLate }), closing };
}

export function late({ id, pk, timeframe, isOpen, closing }: ClosingDocument): ClosingDocument {
  return { id, pk, timeframe, ...(isOpen && { isOpen }), isLate: true, closing };
}

export function notLate({ id, pk, timeframe, isOpen, closing }: ClosingDocument): ClosingDocument {
  return { id, pk, timeframe, ...(isOpen && { isOpen }), closing };
}

const numberDigits = 12;
