import type { EsploraSettings } from '../../../config/bitcoinSettings.ts';
import type { Network } from '../../../domain/bitcoin.ts';
import type { Bitcoin } from '../../../ports/bitcoin.ts';
import type { Chain } from '../../../ports/chain.ts';
import type { FetchLimits } from '../fetchText.ts';
import { coinsOf } from './esploraCoins.ts';
import { type EsploraHttp, openEsploraHttp } from './esploraHttp.ts';
import { changesSince } from './esploraOutputs.ts';
import { findPlaces } from './esploraPlaces.ts';
import { readTip } from './esploraTip.ts';
import { estimateFee, sendTransaction, testTransaction } from './esploraTransactions.ts';

/**
 * The chain as an index with the HTTP API of Esplora sees it. It knows addresses and no wallet, so
 * that a wallet's addresses are asked for one by one. Connects at the first use, and refuses an
 * index of another network.
 */
export function openEsploraChain(
  settings: EsploraSettings,
  bitcoin: Pick<Bitcoin, 'addressesAt'>,
  limits: Partial<FetchLimits> = {},
): Chain {
  const http = onNetwork(openEsploraHttp(settings.url, limits), settings.network);
  return {
    kind: 'esplora',
    tip: () => readTip(http),
    changesSince: (wallet, cursor) => changesSince(http, bitcoin, wallet, cursor),
    coins: (wallet, confirmationsMin) => coinsOf(http, bitcoin, wallet, confirmationsMin),
    places: (txids) => findPlaces(http, txids),
    test: (hex) => testTransaction(http, hex),
    broadcast: (hex) => sendTransaction(http, hex),
    estimateFeeRate: (blocks) => estimateFee(http, blocks),
  };
}

/** The first block of the chains of a network; there are two test networks. */
const firstBlocks: Readonly<Record<Network, readonly string[]>> = {
  mainnet: ['000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f'],
  testnet: [
    '000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943',
    '00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043',
  ],
  signet: ['00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6'],
  regtest: ['0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206'],
};

/** Asks the index before its first use which chain it follows; thereafter it is known. */
function onNetwork(http: EsploraHttp, network: Network): EsploraHttp {
  let isKnown = false;
  const checked = async <Value>(request: () => Promise<Value>) => {
    if (!isKnown) {
      const first = await http.getText('/block-height/0');
      if (first === undefined || !firstBlocks[network].includes(first)) {
        throw new Error(`the index does not follow ${network}: its first block is another`);
      }
      isKnown = true;
    }
    return request();
  };
  return {
    getJson: (path) => checked(() => http.getJson(path)),
    getList: (path) => checked(() => http.getList(path)),
    getText: (path) => checked(() => http.getText(path)),
    post: (path, body) => checked(() => http.post(path, body)),
  };
}
