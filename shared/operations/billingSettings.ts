import type { AccountKey } from '../domain/bitcoin.ts';
import { type BillingChange, type BillingSettings, billingDefaults } from '../domain/grid.ts';
import type { Refusal } from '../domain/refusal.ts';
import { accept, type Result, refuse } from '../domain/result.ts';
import type { AccountKeyFault } from '../ports/bitcoin.ts';
import type { Ports } from '../ports/ports.ts';

/** Keys that a grid had before and whose addresses are still watched. */
const formerAccountKeysMax = 20;

const faults: Readonly<Record<AccountKeyFault, string>> = {
  private_key: 'is a private key: it must never leave where it is kept. Give the public one',
  wrong_network: 'is of another bitcoin network than this app',
  not_an_account: 'is not the key of a BIP84 account, of depth 3',
  malformed: 'is no extended public key',
};

/** The settings after a change; what it leaves out stays. Refuses what is no account of this network. */
export function billingSettings(
  { bitcoin }: Pick<Ports, 'bitcoin'>,
  before: BillingSettings | undefined,
  { accountKey, ...change }: BillingChange,
): Result<BillingSettings, Refusal> {
  const { accountKey: keyBefore, ...rest } = before ?? billingDefaults;
  const settings = { ...rest, ...change };
  if (!isFromZeroAscending(settings.confirmations)) {
    const detail = 'must begin at 0 and ascend';
    return refuse({
      code: 'setting_inconsistent',
      detail: 'The confirmations of the grid do not fit together.',
      errors: [{ pointer: '/billing/confirmations', detail }],
    });
  }
  let key: AccountKey | undefined = keyBefore;
  if (accountKey === null) key = undefined;
  else if (accountKey !== undefined) {
    const read = bitcoin.readAccountKey(accountKey);
    if (!read.ok) return refuse(keyRefused(read.refusal));
    key = read.value.accountKey;
  }
  return withKey(settings, keyBefore, key);
}

function withKey(
  { formerAccountKeys = [], ...settings }: Omit<BillingSettings, 'accountKey'>,
  before: AccountKey | undefined,
  key: AccountKey | undefined,
): Result<BillingSettings, Refusal> {
  const hadAll = new Set(before === undefined ? formerAccountKeys : [...formerAccountKeys, before]);
  const former = [...hadAll].filter((each) => each !== key);
  if (former.length > formerAccountKeysMax) {
    return refuse({
      code: 'setting_inconsistent',
      detail: `The grid has had ${formerAccountKeysMax} account keys, and all are still watched.`,
      errors: [{ pointer: '/billing/accountKey', detail: 'cannot be changed again' }],
    });
  }
  return accept({
    ...settings,
    ...(key !== undefined && { accountKey: key }),
    ...(former.length > 0 && { formerAccountKeys: former }),
  });
}

/** The key itself is never part of an answer: it may be the wrong one. */
function keyRefused(fault: AccountKeyFault): Refusal {
  return {
    code: 'account_key_invalid',
    detail: `The account key ${faults[fault]}.`,
    errors: [{ pointer: '/billing/accountKey', detail: faults[fault] }],
  };
}

function isFromZeroAscending(steps: BillingSettings['confirmations']): boolean {
  return steps.every(({ fromSat }, at) => {
    const before = steps[at - 1];
    return before === undefined ? fromSat === 0 : fromSat > before.fromSat;
  });
}
