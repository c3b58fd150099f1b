import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type RowSource, rowOf, type SourceRow } from './rowSource.ts';

const lineLengthMax = 100_000;

/** The rows of an export that was written to a file, `.gz` or not. Throws a Finding on what is none. */
export async function* fileRows(path: string): AsyncGenerator<readonly SourceRow[]> {
  let number = 0;
  let rest = '';
  for await (const text of textOf(path)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > lineLengthMax) throw new Error(`${path} has a line that is too long`);
    const rows: SourceRow[] = [];
    for (const line of lines) {
      number += 1;
      if (line.trim() !== '') rows.push(rowOf(line, `${path} line ${number}`));
    }
    yield rows;
  }
  if (rest.trim() !== '') yield [rowOf(rest, `${path} line ${number + 1}`)];
}

/** The rows of several files, one after the other. */
export async function* rowsOfFiles(paths: readonly string[]): RowSourceGenerator {
  for (const path of paths) yield* fileRows(path);
}

type RowSourceGenerator = AsyncGenerator<readonly SourceRow[]> & RowSource;

async function* textOf(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const bytes of bytesOf(path)) yield decoder.decode(bytes, { stream: true });
  yield decoder.decode();
}

function bytesOf(path: string): Readable {
  const file = createReadStream(path);
  if (!path.endsWith('.gz')) return file;
  const unzipped = createGunzip();
  // What fails is thrown to whoever reads.
  pipeline(file, unzipped).catch(() => undefined);
  return unzipped;
}
