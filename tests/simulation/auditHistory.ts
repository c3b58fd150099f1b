import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Books, check, checkSame, type Row, textOf } from './books.ts';

const statuses = ['built', 'signed', 'broadcast', 'confirmed'];
/** Written once, and there for ever after. */
const writtenOnce = ['runs', 'accounts', 'lines', 'events', 'indexes', 'coins'] as const;
/** What an invoice and a payee are, once they say it. */
const lasting = ['amountSat', 'issuedAt', 'dueAt', 'address', 'keyIndex', 'voidedAt', 'payoutId'];

/** Remembers the books, and that nothing of them that is for good changes or goes. */
export type History = { audit(books: Books): void };

export function openHistory(directory: string): History {
  const rows = new Map<string, number>();
  const facts = new Map<string, unknown>();
  const documents = new Map<string, string>();
  const remember = (name: string, value: unknown) => {
    if (facts.has(name)) checkSame(value, facts.get(name), name);
    else if (value !== null && value !== undefined) facts.set(name, value);
  };
  return {
    audit(books) {
      for (const name of writtenOnce) {
        const now = books.table(name);
        check(now.length >= (rows.get(name) ?? 0), `some of ${name} are gone`);
        rows.set(name, now.length);
        for (const row of now) remember(`${name} ${keyOf(name, row)}`, textOfRow(row));
      }
      for (const [name, id] of [
        ['invoices', 'invoiceId'],
        ['payees', 'prosumerId'],
      ] as const) {
        for (const row of books.table(name)) {
          const key = `${name} ${textOf(row, 'period')} ${textOf(row, id)}`;
          for (const column of lasting) remember(`${column} of ${key}`, row[column] ?? null);
        }
      }
      for (const payout of books.payouts) rememberPayout(facts, remember, payout);
      auditDocuments(join(directory, 'documents'), documents);
    },
  };
}

function rememberPayout(
  facts: Map<string, unknown>,
  remember: (name: string, value: unknown) => void,
  { id, status, versions, confirmed }: Books['payouts'][number],
): void {
  const before = Number(facts.get(`status of ${id}`) ?? 0);
  check(statuses.indexOf(status) >= before, `${id} fell back to ${status}`);
  facts.set(`status of ${id}`, statuses.indexOf(status));
  remember(`confirmation of ${id}`, confirmed?.txid);
  for (const [at, version] of versions.entries()) {
    const { signedHex, ...built } = version;
    remember(`version ${at} of ${id}`, JSON.stringify(built, withBigints));
    remember(`signature ${at} of ${id}`, signedHex);
  }
}

/** Names of what is written once, where its row is not its own name. */
function keyOf(name: (typeof writtenOnce)[number], row: Row): string {
  const columns = {
    runs: ['gridId', 'period'],
    accounts: ['gridId', 'period', 'accountId'],
    lines: ['gridId', 'period', 'accountId', 'kind', 'counterparty', 'priceMsatPerKwh'],
    events: ['invoiceId', 'sequence'],
    indexes: ['walletId', 'keyChain', 'keyIndex'],
    coins: ['txid', 'vout'],
  }[name];
  return columns.map((column) => String(row[column])).join(' ');
}

function textOfRow(row: Row): string {
  return Object.values(row).join('|');
}

function withBigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** Documents are byte by byte what they were. */
function auditDocuments(folder: string, known: Map<string, string>): void {
  const found = new Map(documentsIn(folder));
  for (const [name, content] of known) checkSame(found.get(name), content, `the document ${name}`);
  for (const [name, content] of found) known.set(name, content);
}

/** Every document of a folder by its name. */
export function documentsIn(folder: string): readonly (readonly [string, string])[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [file.slice(folder.length + 1), readFileSync(file, 'utf8')];
    });
}
