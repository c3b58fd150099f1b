/**
 * A path that both route templates match, or undefined when there is none. Templates are cut at
 * slashes; a segment is a literal (in any case), `{name}`, `{name?}` at the end, or `{*name}`.
 */
export function commonPath(a: string, b: string): string | undefined {
  const segments = unify(a.split('/'), b.split('/'));
  return segments?.join('/');
}

function unify(a: readonly string[], b: readonly string[]): readonly string[] | undefined {
  const [headA, ...restA] = a;
  const [headB, ...restB] = b;
  if (headA === undefined || headB === undefined) {
    const rest = headA === undefined ? b : a;
    return rest.every(mayBeAbsent) ? [] : undefined;
  }
  // An optional segment may be absent, which matters where the other template has ended.
  if (headA.startsWith('{*')) return b.map(sample);
  if (headB.startsWith('{*')) return a.map(sample);
  if (mayBeAbsent(headA) && mayBeAbsent(headB)) return unify(restA, restB);
  const head = unifySegment(headA, headB);
  const rest = head === undefined ? undefined : unify(restA, restB);
  return head === undefined || rest === undefined ? undefined : [head, ...rest];
}

function unifySegment(a: string, b: string): string | undefined {
  if (isParameter(a)) return sample(b);
  if (isParameter(b)) return a;
  return a.toLowerCase() === b.toLowerCase() ? a : undefined;
}

function mayBeAbsent(segment: string): boolean {
  return segment.endsWith('?}') || segment.startsWith('{*');
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{');
}

function sample(segment: string): string {
  return isParameter(segment) ? 'x' : segment;
}
