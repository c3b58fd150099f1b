/** Documents that are written once and never changed: final runs, statements, PSBTs. */
export type Documents = {
  /**
   * Writes a document under a name that has none. A repeat with the same content changes nothing;
   * throws DocumentConflictError where the name has other content. Durable when it answers.
   */
  put(name: string, content: string, contentType: string): Promise<void>;
  /** The content, or undefined where there is none. */
  get(name: string): Promise<string | undefined>;
};

/** A document with that name and other content is there, and stays. */
export class DocumentConflictError extends Error {
  override readonly name = 'DocumentConflictError';
}

/** Names of documents: parts of ids divided by `/`, and an ending. */
export const documentNamePattern =
  /^(?!.*\.\.)[a-z0-9][A-Za-z0-9._-]{0,199}(?:\/[A-Za-z0-9][A-Za-z0-9._-]{0,199}){0,5}$/;
