import { addMinutes } from '../../shared/domain/timeframe.ts';
import { scriptOf, testWallet } from '../bitcoin/testWallet.ts';
import { auditAccounts } from './auditAccounts.ts';
import { openHistory } from './auditHistory.ts';
import { auditLate } from './auditLate.ts';
import { openOrderHistory } from './auditOrders.ts';
import { auditFollowed, auditPayments } from './auditPayments.ts';
import { auditPayouts } from './auditPayouts.ts';
import { auditRuns } from './auditRuns.ts';
import {
  type Books,
  type BooksReader,
  check,
  checkSame,
  openBooks,
  sumOf,
  textOf,
} from './books.ts';
import { type ClosingHistory, openClosingHistory } from './closingHistory.ts';
import { type Community, gridWallets } from './community.ts';
import type { Promised } from './trader.ts';
import { prosumerAddresses } from './treasurer.ts';
import { behindMinutesMax, type World } from './world.ts';

/** Holds everything that is written against everything else, by rules simpler than the code. */
export type Auditor = {
  readonly reader: BooksReader;
  readonly closings: ClosingHistory;
  /** Whether a follower has just come to its end says how much must be as in the chain. */
  audit(isFollowed: boolean): Promise<Books>;
  /** Notes what the operator was told to fill the wallet at. */
  noteDeposit(depositId: string, address: string): void;
};

const scripts = new Map<string, string>();

export function openAuditor(
  world: World,
  communities: readonly Community[],
  promised: Promised,
): Auditor {
  const reader = openBooks(world.directory);
  const history = openHistory(world.directory);
  const orders = openOrderHistory();
  const closings = openClosingHistory(reader);
  const deposits = new Map<string, string>();
  let since = world.now();
  return {
    reader,
    closings,
    async audit(isFollowed) {
      const books = reader.read();
      const { grid, money, chain } = books.isNew;
      orders.audit(books, promised, addMinutes(since, -behindMinutesMax));
      since = world.now();
      if (grid || money) closings.audit(books);
      auditLate(books, closings, communities);
      if (money || chain) {
        auditPayments(books);
        auditPayouts(books, payeeScripts(communities));
      }
      if (money) {
        auditBalances(books);
        auditRuns(books);
        await auditAccounts(books, world.one().ports);
      }
      auditAddresses(books, deposits);
      history.audit(books);
      if (isFollowed) auditFollowed(books, hexScriptOf);
      return books;
    },
    noteDeposit(depositId, address) {
      const before = deposits.get(address);
      check(before === undefined || before === depositId, `${address} is for two deposits`);
      deposits.set(address, depositId);
    },
  };
}

/** What one gains others lose; and an account has what its postings say. */
function auditBalances(books: Books): void {
  const postings = new Map(
    books.table('postings').map((row) => [`${row['gridId']} ${row['accountId']}`, row]),
  );
  for (const [gridId, accounts] of Map.groupBy(books.table('balances'), (row) => row['gridId'])) {
    checkSame(sumOf(accounts, 'balanceUsat'), 0n, `Σ balances of ${gridId}`);
    for (const { accountId, balanceUsat } of accounts) {
      const posted = postings.get(`${gridId} ${accountId}`)?.['balanceUsat'] ?? 0n;
      checkSame(balanceUsat, posted, `the balance of ${accountId} in ${gridId}`);
    }
  }
}

/** An address has one purpose: what was given away is derived anew and compared. */
function auditAddresses(books: Books, deposits: ReadonlyMap<string, string>): void {
  const purposes = new Map<string, string>();
  for (const row of books.table('indexes')) {
    const address = ownAddress(
      textOf(row, 'walletId'),
      Number(row['keyChain']),
      Number(row['keyIndex']),
    );
    check(!purposes.has(address), `${address} was given away twice`);
    purposes.set(address, textOf(row, 'purpose'));
  }
  for (const invoice of books.table('invoices')) {
    const [address, id] = [textOf(invoice, 'address'), textOf(invoice, 'invoiceId')];
    if (address !== '') check(purposes.get(address) === id, `${address} of ${id} is another's`);
  }
  for (const [address, depositId] of deposits) {
    const purpose = purposes.get(address) ?? 'nobody';
    check(purpose.startsWith('deposit.'), `the deposit ${depositId} is at that of ${purpose}`);
  }
  for (const { id, walletId, versions } of books.payouts) {
    for (const { change } of versions) {
      if (change === undefined) continue;
      const purpose = purposes.get(ownAddress(walletId, 1, change.index));
      check(purpose === id, `the change of ${id} goes to that of ${purpose}`);
    }
  }
}

const derived = new Map<string, string>();

function ownAddress(walletId: string, keyChain: number, index: number): string {
  const key = `${walletId} ${keyChain} ${index}`;
  const known = derived.get(key);
  if (known !== undefined) return known;
  const wallet = gridWallets.find((each) => each.walletId === walletId);
  if (wallet === undefined) throw new Error(`nobody has the wallet ${walletId}`);
  const { address } = wallet.key(keyChain === 0 ? 0 : 1, index);
  derived.set(key, address);
  return address;
}

/** The output script of an address, hex. */
export function hexScriptOf(address: string): string {
  const script = scripts.get(address) ?? Buffer.from(scriptOf(address)).toString('hex');
  scripts.set(address, script);
  return script;
}

const ofProsumers = new Map<string, readonly string[]>();

/** All scripts that prosumers can be paid at. */
function payeeScripts(communities: readonly Community[]): ReadonlySet<string> {
  return new Set(communities.flatMap(({ prosumerIds }) => prosumerIds.flatMap(scriptsOfProsumer)));
}

function scriptsOfProsumer(prosumerId: string): readonly string[] {
  const known = ofProsumers.get(prosumerId);
  if (known !== undefined) return known;
  const wallet = testWallet(`prosumer ${prosumerId}`);
  const own = Array.from({ length: prosumerAddresses }, (_, index) => [
    hexScriptOf(wallet.key(0, index).address),
    hexScriptOf(wallet.taprootKey(index).address),
  ]).flat();
  ofProsumers.set(prosumerId, own);
  return own;
}
