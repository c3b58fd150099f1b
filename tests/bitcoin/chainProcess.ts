import { parseArgs } from 'node:util';
import { systemClock } from '../../shared/adapters/clock.ts';
import { openEmbeddedChain } from '../../shared/adapters/embedded/chain/openEmbeddedChain.ts';
import { testWallet } from './testWallet.ts';

/**
 * A process of its own that mines on the chain of a data directory, for the tests that end one or
 * run two: three blocks, two of them undone, a round; says after each how many rounds there were.
 */
const { values } = parseArgs({
  options: { directory: { type: 'string' }, rounds: { type: 'string' } },
});
const { directory, rounds } = values;
if (directory === undefined || rounds === undefined) throw new Error('--directory, --rounds');

const { miner, close } = await openEmbeddedChain(directory, { clock: systemClock() });
const { address } = testWallet('miner of a process').key(0, 0);
for (let round = 1; round <= Number(rounds); round += 1) {
  await miner.mine(3, address);
  await miner.undo(2);
  process.stdout.write(`${round}\n`);
}
close();
