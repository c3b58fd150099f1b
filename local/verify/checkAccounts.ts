import { type Sums, zeroSums } from './accountSums.ts';
import { expectField, Finding } from './finding.ts';
import { integerField, moneyField } from './rowFields.ts';
import type { RowSource, SourceRow } from './rowSource.ts';
import { accountField } from './tradeRow.ts';

/**
 * Checks that the accounts a grid lists have the sums of their postings and no others, and that all
 * balances together are 0. Throws a Finding.
 */
export async function checkAccounts(
  accounts: RowSource,
  sums: ReadonlyMap<string, Sums>,
): Promise<void> {
  const left = new Map(sums);
  let balances = 0n;
  for await (const rows of accounts) {
    for (const row of rows) {
      const accountId = accountField(row.place, row.json, 'accountId');
      checkSums(`account ${accountId}`, row.json, left.get(accountId) ?? zeroSums);
      left.delete(accountId);
      balances += moneyField(row.place, row.json, 'balanceUsat');
    }
  }
  const [absent] = left.keys();
  if (absent !== undefined) throw new Finding(`account ${absent}`, 'it among the accounts', 'none');
  expectField('all accounts', 'Σ balances', 0n, balances);
}

/** Checks an account as the API shows it against the sums of its postings. Throws a Finding. */
export function checkSums(thing: string, json: SourceRow['json'], sums: Sums): void {
  const { soldWh, boughtWh, creditsUsat, debitsUsat } = sums;
  expectField(thing, 'soldWh', soldWh, BigInt(integerField(thing, json, 'soldWh')));
  expectField(thing, 'boughtWh', boughtWh, BigInt(integerField(thing, json, 'boughtWh')));
  expectField(thing, 'creditsUsat', creditsUsat, moneyField(thing, json, 'creditsUsat'));
  expectField(thing, 'debitsUsat', debitsUsat, moneyField(thing, json, 'debitsUsat'));
  const balance = moneyField(thing, json, 'balanceUsat');
  expectField(thing, 'balanceUsat', creditsUsat - debitsUsat, balance);
}
