import { Finding } from './finding.ts';

/** How far something is that may go on while it is read. */
export type Mark = { readonly text: string; readonly isMoving: boolean };

export type StillOptions = {
  readonly mark: () => Promise<Mark>;
  /** Whether the mark tells all that may change; if not, a Finding counts when it comes twice. */
  readonly isSure: boolean;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
};

/** It went on changing: nothing can be said of what was read. */
export class NotStillError extends Error {
  override readonly name = 'NotStillError';
}

const attemptsMax = 4;
const waitMs = 3_000;

/**
 * Checks what may go on while it is read. A Finding counts only where nothing changed meanwhile; else
 * it is checked again, a few times. Throws the Finding, or NotStillError.
 */
export async function whileStill<Report>(
  { mark, isSure, sleep }: StillOptions,
  check: () => Promise<Report>,
): Promise<Report> {
  let earlier = '';
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    if (attempt > 1) await sleep(waitMs);
    const before = await mark();
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof Finding)) throw error;
      const after = await mark();
      const isStill = before.text === after.text && !before.isMoving && !after.isMoving;
      if (isStill && (isSure || error.message === earlier)) throw error;
      earlier = error.message;
    }
  }
  throw new NotStillError(
    `It changes while it is read, or has trades that are not recorded yet; the last that was found: ${earlier}`,
  );
}
