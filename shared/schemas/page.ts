import { type TSchema, Type } from 'typebox';

/** Items on a page when the request does not say, and at most. */
export const pageLimitDefault = 100;
export const pageLimitMax = 1_000;
/** The same for netto, whose lines are short. */
export const nettoLimitDefault = 1_000;
export const nettoLimitMax = 10_000;

const cursorLengthMax = 2_000;

const cursor = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: cursorLengthMax,
    description: 'Where to go on, as taken from `nextLink`. Opaque.',
  }),
);

/** Query parameters of a collection. */
export const pageParameters = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: pageLimitMax,
      default: pageLimitDefault,
      description: 'Items on a page, at most.',
    }),
  ),
  cursor,
};

/** Query parameters of a list of nettos. */
export const nettoPageParameters = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: nettoLimitMax,
      default: nettoLimitDefault,
      description: 'Lines on a page, at most.',
    }),
  ),
  cursor,
};

/** The address of the next page, in the answer of every collection. */
export const nextLink = Type.Optional(
  Type.String({ description: 'Address of the next page; absent on the last.' }),
);

/** A page of a collection, in a stable order. */
export function pageOf<Item extends TSchema>(item: Item) {
  return Type.Object({
    value: Type.Array(item, { description: 'The items, in order.' }),
    nextLink,
  });
}
