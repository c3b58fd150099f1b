import { type Books, check, checkSame, numberOf, textOf } from './books.ts';

/**
 * Nobody is paid twice, or by two: each payee is in one payout or waits, all versions of a payout
 * pay the same, one of them at most is in the chain, and what came to the prosumers' scripts is what
 * the payouts in the chain send, to the satoshi.
 */
export function auditPayouts(books: Books, payeeScripts: ReadonlySet<string>): void {
  const sentTo = new Map<string, bigint>();
  const taken = new Map<string, string>();
  for (const payout of books.payouts) {
    const { id, gridId, versions, status } = payout;
    const [first] = versions;
    check(first !== undefined, `the payout ${id} has no version`);
    for (const { prosumerId, periods } of first?.outputs ?? []) {
      for (const period of periods) {
        const key = `${gridId} ${period} ${prosumerId}`;
        check(!taken.has(key), `${key} is paid by ${id} and by ${taken.get(key)}`);
        taken.set(key, id);
      }
    }
    for (const { outputs, coins, change, feeSat, signedHex } of versions) {
      checkSame(pays(outputs), pays(first?.outputs ?? []), `what the versions of ${id} pay`);
      const inSat = coins.reduce((sum, { amountSat }) => sum + amountSat, 0n);
      const outSat = outputs.reduce((sum, output) => sum + output.amountSat - output.feeSat, 0n);
      checkSame(inSat, outSat + (change?.amountSat ?? 0n) + feeSat, `the coins of ${id}`);
      check(status !== 'built' || signedHex === undefined, `${id} is signed, and only built`);
    }
    const mined = versions.filter(({ txid }) => books.chain.get(txid)?.height !== undefined);
    const known = versions.filter(({ txid }) => books.chain.has(txid));
    check(known.length <= 1, `${known.length} versions of ${id} are known to the chain`);
    for (const { prosumerId, amountSat, feeSat, to } of mined[0]?.outputs ?? []) {
      check(payeeScripts.has(to.script), `${prosumerId} is paid where it never was`);
      sentTo.set(to.script, (sentTo.get(to.script) ?? 0n) + amountSat - feeSat);
    }
  }
  for (const payee of books.table('payees')) {
    const key = `${payee['gridId']} ${payee['period']} ${payee['prosumerId']}`;
    checkSame(payee['payoutId'] ?? undefined, taken.get(key), `the payout of ${key}`);
    taken.delete(key);
  }
  check(taken.size === 0, `${[...taken.keys()]} are paid and owed nothing`);
  auditAmounts(books);
  auditReceived(books, payeeScripts, sentTo);
}

/** An output is the sum of its payees. */
function auditAmounts(books: Books): void {
  const owed = new Map(
    books
      .table('payees')
      .map((row) => [
        `${textOf(row, 'gridId')} ${textOf(row, 'period')} ${textOf(row, 'prosumerId')}`,
        numberOf(row, 'amountSat'),
      ]),
  );
  for (const { gridId, id, versions } of books.payouts) {
    for (const { prosumerId, periods, amountSat } of versions[0]?.outputs ?? []) {
      const due = periods.map((period) => owed.get(`${gridId} ${period} ${prosumerId}`) ?? 0n);
      checkSame(
        amountSat,
        due.reduce((sum, sat) => sum + sat, 0n),
        `${prosumerId} in ${id}`,
      );
    }
  }
}

function auditReceived(
  books: Books,
  payeeScripts: ReadonlySet<string>,
  sentTo: ReadonlyMap<string, bigint>,
): void {
  const received = new Map<string, bigint>();
  for (const { height, outputs } of books.chain.values()) {
    if (height === undefined) continue;
    for (const { script, amountSat } of outputs) {
      if (payeeScripts.has(script)) received.set(script, (received.get(script) ?? 0n) + amountSat);
    }
  }
  for (const script of new Set([...sentTo.keys(), ...received.keys()])) {
    checkSame(received.get(script), sentTo.get(script), `what has come to ${script}`);
  }
}

function pays(outputs: Books['payouts'][number]['versions'][number]['outputs']): string {
  return outputs
    .map(
      ({ prosumerId, amountSat, feeSat, to }) => `${prosumerId} ${amountSat - feeSat} ${to.script}`,
    )
    .join();
}
