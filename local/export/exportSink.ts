import type { Writable } from 'node:stream';

/** How far an export got. `cursor` is where the next page begins; absent before the first. */
export type ExportProgress = { readonly rows: number; readonly cursor?: string };

/** Where an export is written to, page by page. */
export type ExportSink = {
  /** How far an earlier run got, to go on from there. */
  readonly start: ExportProgress;
  /** Writes a page; `progress` is how far the export is with it. */
  append(text: string, progress: ExportProgress): Promise<void>;
  /** All is written. */
  complete(): Promise<void>;
  close(): Promise<void>;
};

/** Writes to a stream, each page once the one before has been taken. */
export function streamSink(stream: Writable): ExportSink {
  // It is thrown to whoever writes; with nobody listening it would end the process besides.
  stream.on('error', () => undefined);
  return {
    start: { rows: 0 },
    append: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error) => (error ? reject(error) : resolve()));
      }),
    async complete() {},
    async close() {},
  };
}
