import { assert } from '../../../domain/assert.ts';
import type { TransactionId } from '../../../domain/bitcoin.ts';
import type { ChainFile } from './chainFile.ts';
import type { EntryRow } from './mempoolStatements.ts';
import { consensus } from './policy.ts';

/**
 * The transactions that the next block takes, parents before children: always those next that pay
 * most for their size, counted with their ancestors, as long as the block has room for them.
 */
export function blockTemplate({ statements }: ChainFile): readonly EntryRow[] {
  const waiting = waitingOf(statements.selectMempool.all(), statements.selectLinks.all());
  const queue = waiting.map(offerOf).sort((a, b) => a.rate - b.rate);
  const chosen: EntryRow[] = [];
  let { weight, sigopCost } = roomOfBlock;
  for (let offer = queue.pop(); offer !== undefined; offer = queue.pop()) {
    const isCurrent = offer.of.offer === offer && !offer.of.isTaken;
    if (!isCurrent || offer.weight > weight || offer.sigopCost > sigopCost) continue;
    weight -= offer.weight;
    sigopCost -= offer.sigopCost;
    for (const taken of offer.family) taken.isTaken = true;
    chosen.push(...offer.family.map(({ entry }) => entry));
    for (const heir of heirsOf(offer.family)) insertOffer(queue, offerOf(heir));
  }
  return chosen;
}

/** Left for the header, the count of transactions and the coinbase. */
const reservedWeight = 8_000;
const reservedSigopCost = 400;
const roomOfBlock = {
  weight: consensus.blockWeightMax - reservedWeight,
  sigopCost: consensus.blockSigopCostMax - reservedSigopCost,
};

type Waiting = {
  readonly entry: EntryRow;
  readonly parents: Waiting[];
  readonly children: Waiting[];
  isTaken: boolean;
  /** The last that was made for it; those before are out of date. */
  offer?: Offer;
};

/** A transaction and those of its ancestors that no block has yet, parents first. */
type Offer = {
  readonly of: Waiting;
  readonly family: readonly Waiting[];
  readonly rate: number;
  readonly weight: number;
  readonly sigopCost: number;
};

type Link = { readonly parent: TransactionId; readonly child: TransactionId };

function waitingOf(entries: readonly EntryRow[], links: readonly Link[]): readonly Waiting[] {
  const waiting = new Map<TransactionId, Waiting>();
  for (const entry of entries) {
    waiting.set(entry.txid, { entry, parents: [], children: [], isTaken: false });
  }
  for (const link of links) {
    const parent = waiting.get(link.parent);
    const child = waiting.get(link.child);
    assert(parent !== undefined && child !== undefined, 'a link joins two of the mempool');
    parent.children.push(child);
    child.parents.push(parent);
  }
  return [...waiting.values()];
}

function offerOf(of: Waiting): Offer {
  const family = parentsFirst(of, new Set());
  const sum = { feeSat: 0, virtualSize: 0, weight: 0, sigopCost: 0 };
  for (const { entry } of family) {
    sum.feeSat += entry.feeSat;
    sum.virtualSize += entry.virtualSize;
    sum.weight += entry.weight;
    sum.sigopCost += entry.sigopCost;
  }
  const { weight, sigopCost } = sum;
  of.offer = { of, family: [...family], rate: sum.feeSat / sum.virtualSize, weight, sigopCost };
  return of.offer;
}

/** Adds to `found` what a transaction waits for, then itself. Families are small: the limits see to it. */
function parentsFirst(of: Waiting, found: Set<Waiting>): Set<Waiting> {
  for (const parent of of.parents) {
    if (!parent.isTaken && !found.has(parent)) parentsFirst(parent, found);
  }
  return found.add(of);
}

/** Those whose ancestors were taken, and who therefore have less to pay for. */
function heirsOf(family: readonly Waiting[]): ReadonlySet<Waiting> {
  const heirs = new Set<Waiting>();
  const reached = new Set(family);
  for (const { children } of reached) {
    for (const child of children) {
      reached.add(child);
      if (!child.isTaken) heirs.add(child);
    }
  }
  return heirs;
}

/** Keeps the queue in order: the best offer is its last. */
function insertOffer(queue: Offer[], offer: Offer): void {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((queue[middle]?.rate ?? 0) < offer.rate) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, offer);
}
