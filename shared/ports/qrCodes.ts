/** Draws texts, such as payment URIs, as QR codes. */
export type QrCodes = {
  /** An SVG document. */
  svg(text: string): Promise<string>;
  /** A PNG file. */
  png(text: string): Promise<Uint8Array>;
};
