import type { EdgeDeps, HttpAnswer } from './edge.ts';
import { problemAnswer } from './respond.ts';

/** Requests that are turned away for others soon find room. */
const overloadedSeconds = 1;

/** Answers a request where there is room for it, and at once that there is none where there is not. */
export async function withinRoom(
  { enter }: EdgeDeps['limits'],
  answer: () => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const leave = enter();
  if (leave === undefined) return overloaded;
  try {
    return await answer();
  } finally {
    leave();
  }
}

/** The answer to who asks too often. */
export function rateLimited(waitSeconds: number): HttpAnswer {
  const detail = 'That was too often. Wait as many seconds as Retry-After says.';
  return problemAnswer({ code: 'rate_limited', detail }, { 'retry-after': String(waitSeconds) });
}

const overloaded = problemAnswer(
  {
    code: 'overloaded',
    detail: 'The app does as much as it can at once. Nothing was done. Try again later.',
  },
  { 'retry-after': String(overloadedSeconds) },
);
