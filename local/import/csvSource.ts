import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** A file as text, in pieces, unzipped where it is zipped; and how much of it has been read. */
export type CsvSource = {
  readonly text: AsyncIterable<string>;
  /** From 0 to 1, of the file as it lies on disk. */
  fractionRead(): number;
};

const pieceBytes = 256 * 1024;

/** Opens a CSV, zipped with gzip or not: its first two bytes tell, not its name. */
export async function openCsvSource(path: string): Promise<CsvSource> {
  const { size, isZipped } = await lookAt(path);
  const bytes = createReadStream(path, { highWaterMark: pieceBytes });
  const fractionRead = () => (size === 0 ? 1 : bytes.bytesRead / size);
  if (!isZipped) return { text: bytes.setEncoding('utf8'), fractionRead };
  const unzipped = createGunzip({ chunkSize: pieceBytes });
  // An error of either end ends the other, and is thrown to whoever reads the text.
  pipeline(bytes, unzipped, () => {});
  return { text: unzipped.setEncoding('utf8'), fractionRead };
}

async function lookAt(path: string): Promise<{ size: number; isZipped: boolean }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return { size, isZipped: bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b };
  } finally {
    await file.close();
  }
}
