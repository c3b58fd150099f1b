import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { firstBlockSince } from '../../shared/adapters/bitcoin/core/blockSince.ts';
import { openCoreChain } from '../../shared/adapters/bitcoin/core/openCoreChain.ts';
import type { CoreSettings } from '../../shared/config/bitcoinSettings.ts';
import { instantOf, msOf } from '../../shared/domain/timeframe.ts';
import type { Chain } from '../../shared/ports/chain.ts';
import { openPurse, type Purse } from '../contract/purse.ts';
import { instant } from '../contract/samples.ts';
import { type BitcoinNode, describeWithNode, startBitcoinNode } from './bitcoinNode.ts';
import { signSpend, testWallet } from './testWallet.ts';

describeWithNode('the chain of a node', () => {
  let node: BitcoinNode;
  let chain: Chain;
  let purse: Purse;
  beforeAll(async () => {
    node = await startBitcoinNode();
    await node.rpc.call(['setmocktime', msOf(firstDay) / 1_000]);
    chain = openCoreChain(node.settings);
    const mine = async (count: number, to: string) => void (await node.mine(count, to));
    purse = await openPurse({ chain, mine });
  });
  afterAll(() => node.stop());

  /** Mines blocks a day apart, as far as the next one. */
  const passDays = async (from: number, count: number) => {
    for (let day = from; day < from + count; day += 1) {
      await node.rpc.call(['setmocktime', msOf(dayAfter(day)) / 1_000]);
      await purse.mine(1);
    }
  };

  test('finds what was paid long before it watched, and looks no further back than it must', async () => {
    const wallet = testWallet('paid long ago');
    const paid = await purse.fund(wallet.key(0, 0).address, 50_000n);
    await passDays(1, 30);
    const since = { ...wallet.watched(1), since: dayAfter(-10) };
    expect((await chain.changesSince(since, undefined)).outputs).toMatchObject([paid]);
    // A later one that says it cannot have been paid then: nothing looks there.
    const other = testWallet('paid too early');
    const tip = await chain.tip();
    expect(await firstBlockSince(node.rpc, dayAfter(-10), tip.height)).toBe(1);
    const from = await firstBlockSince(node.rpc, dayAfter(20), tip.height);
    expect(tip.height - from).toBeGreaterThanOrEqual(10);
    expect(tip.height - from).toBeLessThan(20);
    const late = { ...other.watched(1), since: dayAfter(20) };
    expect((await chain.changesSince(late, undefined)).outputs).toEqual([]);
  });

  test('goes on with a search that was cut off', async () => {
    const wallet = testWallet('cut off');
    const name = `mini-smart-grid-${wallet.walletId}`;
    const paid = await purse.fund(wallet.key(0, 0).address, 50_000n);
    await passDays(31, 15);
    const watched = wallet.watched(1);
    // What a first look leaves behind that died after the wallet was made and its keys were told.
    await node.rpc.call(['createwallet', name, true, true, '', false, true, true]);
    const info = await node.rpc.call(['getdescriptorinfo', `wpkh(${wallet.accountKey}/0/*)`]);
    const { descriptor } = info as { readonly descriptor: string };
    const keys = [{ desc: descriptor, range: [0, 1_000], timestamp: 'now' }];
    await node.rpc.call(['importdescriptors', keys], name);
    const { height } = await chain.tip();
    const label = `watched 1001 and 1000, scanned 3 of ${height}`;
    await node.rpc.call(['setlabel', wallet.key(0, 0).address, label], name);
    expect((await chain.changesSince(watched, undefined)).outputs).toMatchObject([paid]);
    expect(await node.rpc.call(['listlabels'], name)).toContain(
      `watched 1001 and 1000, scanned ${height} of ${height}`,
    );
  });

  test('finds what was paid to an address beyond those it watched', async () => {
    const wallet = testWallet('far beyond');
    const first = await chain.changesSince(wallet.watched(1), undefined);
    const paid = await purse.fund(wallet.key(0, 1_400).address, 50_000n);
    await passDays(46, 15);
    expect((await chain.changesSince(wallet.watched(1), first.cursor)).outputs).toEqual([]);
    const wider = await chain.changesSince(wallet.watched(1_401), first.cursor);
    expect(wider.outputs).toMatchObject([{ ...paid, index: 1_400, confirmations: 15 }]);
    expect(await chain.coins(wallet.watched(1_401), 1)).toMatchObject([paid]);
  });

  test('watches more addresses before they are given away, which nobody can have paid', async () => {
    const wallet = testWallet('grows');
    const name = `mini-smart-grid-${wallet.walletId}`;
    const labels = async () => node.rpc.call(['listlabels'], name);
    await chain.coins(wallet.watched(1), 1);
    const { height } = await chain.tip();
    const scanned = `scanned ${height} of ${height}`;
    expect(await labels()).toContain(`watched 1002 and 1000, ${scanned}`);
    await purse.mine(1);
    await chain.coins(wallet.watched(502), 1);
    expect(await labels()).toContain(`watched 1002 and 1000, ${scanned}`);
    await chain.coins(wallet.watched(503), 1);
    expect(await labels()).toContain(`watched 2006 and 1000, ${scanned}`);
    const paid = await purse.fund(wallet.key(0, 1_700).address, 50_000n);
    await purse.mine(1);
    expect(await chain.coins(wallet.watched(1_701), 1)).toMatchObject([paid]);
    expect(await labels()).toContain(`watched 4402 and 1000, ${scanned}`);
  });

  test('tells the change of a payout once, and not what others get from it', async () => {
    const wallet = testWallet('payer');
    const key = wallet.key(0, 0);
    const coin = { ...(await purse.fund(key.address, 90_000n)), amountSat: 90_000n, key };
    await purse.mine(1);
    const before = await chain.changesSince(wallet.watched(1, 1), undefined);
    const outputs = [
      { to: purse.wallet.key(0, 9).address, amountSat: 40_000n },
      { to: wallet.key(1, 0).address, amountSat: 49_000n },
    ];
    const payout = signSpend({ inputs: [coin], outputs });
    expect(await chain.broadcast(payout.toHex())).toMatchObject({ ok: true });
    const after = await chain.changesSince(wallet.watched(1, 1), before.cursor);
    const change = { txid: payout.getId(), vout: 1, keyChain: 1, index: 0, amountSat: 49_000n };
    expect(after.outputs.filter(({ confirmations }) => confirmations === 0)).toEqual([
      expect.objectContaining(change),
    ]);
    expect(await chain.coins(wallet.watched(1, 1), 0)).toMatchObject([change]);
  });

  test('keeps no private key, and finds its wallets again when they were closed', async () => {
    const wallet = testWallet('paid long ago');
    const name = `mini-smart-grid-${wallet.walletId}`;
    expect(await node.rpc.call(['getwalletinfo'], name)).toMatchObject({
      private_keys_enabled: false,
      descriptors: true,
    });
    await node.rpc.call(['unloadwallet', name, false]);
    expect((await chain.changesSince(wallet.watched(1), undefined)).outputs).toHaveLength(1);
    await node.restart();
    expect(await node.rpc.call(['listwallets'])).toContain(name);
    expect((await chain.changesSince(wallet.watched(1), undefined)).outputs).toHaveLength(1);
  });

  test('begins anew with a cursor on a block, or of a chain, that the node does not know', async () => {
    const { watched } = testWallet('paid long ago');
    for (const cursor of [`${'ab'.repeat(32)}.1.0`, 'e1;1;0;0;', '']) {
      expect((await chain.changesSince(watched(1), cursor)).outputs).toHaveLength(1);
    }
  });

  test('with a cursor leaves out what is settled', async () => {
    const { watched } = testWallet('paid long ago');
    await purse.mine(100);
    const { cursor } = await chain.changesSince(watched(1), undefined);
    expect((await chain.changesSince(watched(1), cursor)).outputs).toEqual([]);
  });

  test('logs in with a password, and refuses a node of another network', async () => {
    const { access } = node.settings;
    if (access.kind !== 'cookie') throw new Error('the node of a test has a cookie');
    const [user = '', password = ''] = readFileSync(access.file, 'utf8').split(':');
    const withPassword: CoreSettings = {
      ...node.settings,
      access: { kind: 'password', user, password },
    };
    expect(await openCoreChain(withPassword).tip()).toEqual(await chain.tip());
    const elsewhere = openCoreChain({ ...node.settings, network: 'mainnet' });
    await expect(elsewhere.tip()).rejects.toThrow('follows the chain regtest');
    await expect(elsewhere.broadcast('00')).rejects.toThrow('the app is on mainnet');
  });
});

const firstDay = instant('2025-01-01T12:00:00Z');
const dayMs = 86_400_000;

function dayAfter(days: number) {
  return instantOf(msOf(firstDay) + days * dayMs);
}
