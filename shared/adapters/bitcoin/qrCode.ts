import { assert } from '../../domain/assert.ts';
import type { QrCodes } from '../../ports/qrCodes.ts';

/** QR codes by the package `qrcode`, which is loaded at the first of them. */
export function qrCodes(): QrCodes {
  return {
    svg: async (text) => {
      const { default: qrcode } = await import('qrcode');
      return qrcode.toString(bounded(text), { ...options, type: 'svg' });
    },
    png: async (text) => {
      const { default: qrcode } = await import('qrcode');
      return qrcode.toBuffer(bounded(text), { ...options, type: 'png', scale: pngScale });
    },
  };
}

/** Level M reads with 15 % of the image gone; a margin of 4 is what ISO 18004 asks for. */
const options = { errorCorrectionLevel: 'M', margin: 4 } as const;
/** Pixels of a module: a code of a payment request is then 300 to 500 pixels wide. */
const pngScale = 8;
/** A code of level M holds 2331 bytes; with far fewer it can still be read from a screen. */
const textLengthMax = 1_000;

function bounded(text: string): string {
  assert(text.length <= textLengthMax, 'a QR code holds a short text');
  return text;
}
