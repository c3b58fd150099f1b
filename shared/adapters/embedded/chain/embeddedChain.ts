import { accept, refuse } from '../../../domain/result.ts';
import type { Chain } from '../../../ports/chain.ts';
import { readTransaction as readConsistently, transaction } from '../database.ts';
import { admit, judge, missingInputs } from './acceptTransaction.ts';
import { type ChainFile, tipOf } from './chainFile.ts';
import { feeEstimate } from './feeEstimate.ts';
import { readTransaction } from './readTransaction.ts';
import { changesSince, coinsOfWallet, placesOf } from './walletOutputs.ts';
import { watchWallet } from './watchWallet.ts';

/** What Bitcoin Core says to what is no transaction. */
const unreadable = 'TX decode failed';

/** The chain of a file as the app sees it. */
export function embeddedChain(file: ChainFile): Chain {
  const consistently = <Value>(work: () => Value) => readConsistently(file.db, work);
  return {
    kind: 'embedded',
    async tip() {
      const { height, hash } = tipOf(file);
      return { height, hash };
    },
    async changesSince(wallet, cursor) {
      await watchWallet(file, wallet);
      return consistently(() => changesSince(file, wallet, cursor));
    },
    async coins(wallet, confirmationsMin) {
      await watchWallet(file, wallet);
      return consistently(() => coinsOfWallet(file, wallet, confirmationsMin));
    },
    async places(txids) {
      return consistently(() => placesOf(file, txids));
    },
    async test(hex) {
      const read = readTransaction(file.library, hex);
      if (read === undefined) return refuse(unreadable);
      const judged = consistently(() => judge(file, read));
      if (judged.ok) return accept({ txid: read.txid });
      // The same fault has another name where nothing is sent.
      return judged.refusal === missingInputs ? refuse('missing-inputs') : judged;
    },
    async broadcast(hex) {
      const read = readTransaction(file.library, hex);
      if (read === undefined) return refuse(unreadable);
      const { txid } = read;
      return transaction(file.db, () => {
        if (file.statements.selectPlace.get(txid) !== undefined) return accept({ txid });
        const judged = judge(file, read);
        if (!judged.ok) return judged;
        admit(file, judged.value);
        return accept({ txid });
      });
    },
    async estimateFeeRate(blocks) {
      return feeEstimate(file, blocks);
    },
  };
}
