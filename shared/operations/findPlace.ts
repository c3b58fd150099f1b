import type { Place } from '../domain/access.ts';
import { type GridId, isId, type OrderId, type ProsumerId } from '../domain/ids.ts';
import type { InvoiceId } from '../domain/invoice.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import { parseAheadId, parseTradeId } from '../domain/tradeId.ts';
import type { Ports } from '../ports/ports.ts';
import { gridNotFound } from './getGrid.ts';
import { prosumerNotFound } from './getProsumer.ts';
import { invoiceNotFound } from './invoices.ts';
import { orderNotFound } from './listOrders.ts';
import { tradeNotFound } from './listTrades.ts';

/** What a request names, after its validation. */
export type Asked = {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
};

/** What is looked up to find whose a thing is. */
export type PlacePorts = Pick<Ports, 'prosumers' | 'invoices' | 'orders'>;

/** Whose the thing is that a request is about. */
export type FoundPlace = {
  /** Absent: it is of no mini grid in particular. */
  readonly gridId?: GridId;
  readonly prosumerId?: ProsumerId;
  /** May only its operators and its prosumer know that it is there? */
  readonly isPrivate: boolean;
  /** What is answered who may not know of it: the same as where it is not there. */
  readonly notFound: Refusal;
};

type Found = Result<FoundPlace, Refusal>;

/** Finds the mini grid and the prosumer of what is asked for, or says that it is not there. */
export async function findPlace(
  ports: PlacePorts,
  of: Place,
  { params, query, body }: Asked,
): Promise<Found> {
  switch (of) {
    case 'path':
      return named(ports, params);
    case 'query':
      return named(ports, query);
    case 'body':
      return named(ports, { ...Object(body) });
    case 'invoice': {
      const id = textOf(params, 'invoiceId');
      const stored = await ports.invoices.get(id as InvoiceId);
      return owned(stored?.value, invoiceNotFound(id));
    }
    case 'order': {
      const id = textOf(params, 'orderId');
      const order = isId(id) ? await ports.orders.getOrder(id as OrderId) : undefined;
      return owned(order, orderNotFound(id));
    }
    case 'trade ahead': {
      const id = textOf(params, 'tradeId');
      const ahead = parseAheadId(id);
      return owned(ahead && (await ports.orders.getAhead(ahead)), tradeNotFound(id));
    }
    case 'trade': {
      const id = textOf(params, 'tradeId');
      const gridId = parseTradeId(id)?.gridId;
      if (gridId === undefined) return refuse(tradeNotFound(id));
      return accept({ gridId, isPrivate: false, notFound: tradeNotFound(id) });
    }
  }
}

/** By `prosumerId`, which must be of the `gridId` beside it, or by `gridId` alone. */
async function named(
  { prosumers }: Pick<Ports, 'prosumers'>,
  fields: Readonly<Record<string, unknown>>,
): Promise<Found> {
  const gridId = textOf(fields, 'gridId');
  const prosumerId = textOf(fields, 'prosumerId');
  if (prosumerId !== '') {
    const notFound = prosumerNotFound(prosumerId);
    const prosumer = (await prosumers.get(prosumerId as ProsumerId))?.prosumer;
    if (prosumer === undefined || (gridId !== '' && gridId !== prosumer.gridId)) {
      return refuse(notFound);
    }
    const { id, gridId: ofGrid } = prosumer;
    return accept({ gridId: ofGrid, prosumerId: id, isPrivate: false, notFound });
  }
  if (gridId === '') return accept({ isPrivate: false, notFound: gridUnnamed });
  return accept({ gridId: gridId as GridId, isPrivate: false, notFound: gridNotFound(gridId) });
}

const gridUnnamed: Refusal = {
  code: 'forbidden',
  detail: 'The caller may not ask for all mini grids at once. Name one.',
};

/** A thing that is its prosumer's and the operators' alone. */
function owned(
  thing: { readonly gridId: GridId; readonly prosumerId: ProsumerId } | undefined,
  notFound: Refusal,
): Found {
  if (thing === undefined) return refuse(notFound);
  const { gridId, prosumerId } = thing;
  return accept({ gridId, prosumerId, isPrivate: true, notFound });
}

/** Validated before, so that what is no text is not there. */
function textOf(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}
