import { inflateSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import qrcode from 'qrcode';
import { qrCodes } from '../../shared/adapters/bitcoin/qrCode.ts';

const uri =
  'bitcoin:bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu?amount=0.00001234&label=homes%202026-10';
const codes = qrCodes();
const pixelsPerModule = 8;
const marginModules = 4;

test('a PNG shows each module of the code, with its margin', async () => {
  const { size, data } = qrcode.create(uri, { errorCorrectionLevel: 'M' }).modules;
  const { width, height, isDark } = pixelsOf(Buffer.from(await codes.png(uri)));
  expect([width, height]).toEqual(Array(2).fill((size + 2 * marginModules) * pixelsPerModule));
  const at = (module: number) => (module + marginModules + 0.5) * pixelsPerModule;
  for (let row = -marginModules; row < size + marginModules; row += 1) {
    for (let column = -marginModules; column < size + marginModules; column += 1) {
      const isInside = row >= 0 && row < size && column >= 0 && column < size;
      const expected = isInside && data[row * size + column] === 1;
      expect(isDark(at(column), at(row))).toBe(expected);
    }
  }
});

test('an SVG is one document of that size, the same each time', async () => {
  const { size } = qrcode.create(uri, { errorCorrectionLevel: 'M' }).modules;
  const svg = await codes.svg(uri);
  const side = size + 2 * marginModules;
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]*>.*<\/svg>\n?$/s);
  expect(svg).toContain(`viewBox="0 0 ${side} ${side}"`);
  expect(svg).not.toMatch(/<script|href|bitcoin/);
  expect(await codes.svg(uri)).toBe(svg);
  expect(await codes.svg(`${uri}0`)).not.toBe(svg);
});

test('a text that is too long to be read from a screen is a bug', async () => {
  await expect(codes.svg('a'.repeat(1_001))).rejects.toThrow('short');
  await expect(codes.png('a'.repeat(1_001))).rejects.toThrow('short');
});

/** The pixels of a PNG of 8 bits a channel that is not interlaced. */
function pixelsOf(png: Buffer) {
  expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const pixelBytes = { 0: 1, 2: 3, 6: 4 }[png.readUInt8(25)] ?? 0;
  const rows = unfiltered(inflateSync(dataOf(png)), width * pixelBytes, pixelBytes);
  const isDark = (x: number, y: number) => (rows[y]?.[x * pixelBytes] ?? 255) < 128;
  return { width, height, isDark };
}

/** Each row has a byte before it that says what its bytes are the differences to. */
function unfiltered(data: Buffer, rowBytes: number, pixelBytes: number): readonly Uint8Array[] {
  const rows: Uint8Array[] = [];
  for (let from = 0; from < data.length; from += rowBytes + 1) {
    const above = rows.at(-1) ?? new Uint8Array(rowBytes);
    const row = new Uint8Array(rowBytes);
    for (let at = 0; at < rowBytes; at += 1) {
      const left = row[at - pixelBytes] ?? 0;
      const up = above[at] ?? 0;
      const predicted = predict(data[from], left, up, above[at - pixelBytes] ?? 0);
      row[at] = (data[from + 1 + at] ?? 0) + predicted;
    }
    rows.push(row);
  }
  return rows;
}

function predict(filter: number | undefined, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const [toLeft, toUp] = [Math.abs(up - corner), Math.abs(left - corner)];
  const toCorner = Math.abs(left + up - 2 * corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/** The contents of its IDAT chunks: length (4), type (4), content, checksum (4). */
function dataOf(png: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 8;
  while (at < png.length) {
    const length = png.readUInt32BE(at);
    const isData = png.subarray(at + 4, at + 8).toString('latin1') === 'IDAT';
    if (isData) parts.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return Buffer.concat(parts);
}
