/**
 * Where in a trace something happens: the headers of W3C Trace Context. A message carries them on,
 * so that what its receiver does belongs to the same trace.
 */
export type Trace = { readonly traceparent: string; readonly tracestate?: string };
