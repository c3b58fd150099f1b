import { open } from 'node:fs/promises';
import type { CsvRecord } from './csv.ts';
import type { RejectedLine } from './importReadings.ts';

/**
 * A CSV of the rejected lines: their number, the code, then the line as it stood, so that it can be
 * put right and imported as it is. Opened at a length, so that an import that goes on after a crash
 * has each line in it once.
 */
export type RejectsFile = {
  begin(header: CsvRecord): Promise<void>;
  append(lines: readonly RejectedLine[]): Promise<void>;
  /** Its length so far, in bytes; what is written up to here is on disk. */
  bytes(): number;
  close(): Promise<void>;
};

export async function openRejectsFile(path: string, fromBytes: number): Promise<RejectsFile> {
  const file = await open(path, fromBytes === 0 ? 'w' : 'r+');
  await file.truncate(fromBytes);
  let bytes = fromBytes;
  async function write(text: string): Promise<void> {
    const data = Buffer.from(text);
    await file.write(data, 0, data.length, bytes);
    await file.datasync();
    bytes += data.length;
  }
  return {
    async begin(header) {
      if (bytes === 0) await write(`line,code,${header.raw}\n`);
    },
    async append(lines) {
      if (lines.length === 0) return;
      await write(
        lines.map((line) => `${line.record.line},${line.code},${textOf(line)}\n`).join(''),
      );
    },
    bytes: () => bytes,
    close: () => file.close(),
  };
}

/** A line that is no CSV is kept as one field. */
function textOf({ record }: RejectedLine): string {
  return 'problem' in record ? `"${record.raw.replaceAll('"', '""')}"` : record.raw;
}
