/** Makes ids: UUIDv7, unique and in order of time. */
export type Ids = { next(): string };
