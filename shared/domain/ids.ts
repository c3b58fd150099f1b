declare const idOf: unique symbol;
type Id<Of> = string & { readonly [idOf]: Of };

/** `^[a-z0-9][a-z0-9-]{0,62}$`, given by the operator or a UUIDv7. */
export type GridId = Id<'grid'>;
export type ProsumerId = Id<'prosumer'>;
/** `{gridId}.{timeframe as 20261122T1015Z}.{revision}.{sequence}` */
export type TradeId = Id<'trade'>;
/** `{gridId}.{timeframe as 20261122T1015Z}.ahead.{id}`: a trade agreed on before its timeframe. */
export type TradeAheadId = Id<'trade ahead'>;
export type OrderId = Id<'order'>;
/** Lower-case hex of a SHA-256. */
export type Hash = Id<'hash'>;

/** The two accounts of a grid that belong to no prosumer. No prosumer may bear their names. */
export const miniGrid = 'mini-grid';
export const powerPlant = 'power-plant';
export type AccountId = ProsumerId | typeof miniGrid | typeof powerPlant;

const idPattern = /^[a-z0-9][a-z0-9-]{0,62}$/;

export function isId(text: string): boolean {
  return idPattern.test(text);
}

export function isReserved(id: string): id is typeof miniGrid | typeof powerPlant {
  return id === miniGrid || id === powerPlant;
}

/** Reads a grid's id, or says that it is none. */
export function parseGridId(text: string): GridId | undefined {
  return isId(text) ? (text as GridId) : undefined;
}

/** Reads a prosumer's id, or says that it is none. Reserved accounts are none. */
export function parseProsumerId(text: string): ProsumerId | undefined {
  return isId(text) && !isReserved(text) ? (text as ProsumerId) : undefined;
}

/** Byte order. Ids are ASCII, for which the order of code units is the same. */
export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
