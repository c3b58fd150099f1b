import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type BitcoinNode, describeWithNode, startBitcoinNode } from './bitcoinNode.ts';
import { testWallet } from './testWallet.ts';

describeWithNode('a node for tests', () => {
  const { address } = testWallet('node').key(0, 0);
  let node: BitcoinNode;
  beforeAll(async () => {
    node = await startBitcoinNode();
  });
  afterAll(() => node.stop());

  test('mines, undoes blocks, and keeps its chain when it is started again', async () => {
    const hashes = await node.mine(3, address);
    expect(hashes).toHaveLength(3);
    await node.undo(1);
    await node.restart();
    expect(await node.rpc.call(['getblockcount'])).toBe(2);
    expect(await node.rpc.call(['getbestblockhash'])).toBe(hashes[1]);
    expect(await node.mine(1, address)).not.toEqual([hashes[2]]);
  });

  test('has the relay rules of Bitcoin Core', async () => {
    const info = await node.rpc.call(['getmempoolinfo']);
    expect(info).toMatchObject({
      minrelaytxfee: '0.00001000',
      incrementalrelayfee: '0.00001000',
      fullrbf: true,
    });
  });
});
