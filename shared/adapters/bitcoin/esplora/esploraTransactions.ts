import type { FeeRate, TransactionId } from '../../../domain/bitcoin.ts';
import { accept, type Result, refuse } from '../../../domain/result.ts';
import { ChainUnavailableError } from '../../../ports/chain.ts';
import { parseCoreJson } from '../core/coreJson.ts';
import type { EsploraHttp } from './esploraHttp.ts';
import { findPlaces } from './esploraPlaces.ts';

type Sent = Result<{ readonly txid: TransactionId }, string>;

/**
 * Asks the node behind the index whether it would take a transaction. An index that cannot ask it
 * leaves that to the sending: then all that can be read is accepted here.
 */
export async function testTransaction(http: EsploraHttp, hex: string): Promise<Sent> {
  const txid = await txidOf(hex);
  if (txid === undefined) return refuse(unreadable);
  const { status, text } = await http.post('/txs/test', JSON.stringify([hex]));
  if (hasNoTest.includes(status)) return accept({ txid });
  if (status !== 200) return refuse(wordIn(text));
  const [verdict] = parseCoreJson(text) as readonly Verdict[];
  if (verdict?.allowed === true) return accept({ txid });
  return refuse(verdict?.['reject-reason'] ?? 'the node does not say why');
}

/** Sends a transaction. One that is known was sent, whatever the node says to it now. */
export async function sendTransaction(http: EsploraHttp, hex: string): Promise<Sent> {
  const txid = await txidOf(hex);
  if (txid === undefined) return refuse(unreadable);
  const { status, text } = await http.post('/tx', hex);
  if (status === 200) return accept({ txid });
  if (status !== 400) throw new ChainUnavailableError(`the index answered ${status}`);
  if ((await findPlaces(http, [txid])).has(txid)) return accept({ txid });
  return refuse(wordIn(text));
}

/** What a confirmation within so many blocks costs; undefined where the index has seen too little. */
export async function estimateFee(http: EsploraHttp, blocks: number): Promise<FeeRate | undefined> {
  const estimates = ((await http.getJson('/fee-estimates')) ?? {}) as Estimates;
  const targets = Object.keys(estimates).map(Number);
  const target = Math.max(...targets.filter((each) => each <= blocks));
  const rate = Number(estimates[target]);
  if (!(rate > 0)) return undefined;
  // Rounded first, so that a rate like 2.2 is 2200 and not the next above its double.
  return Math.ceil(Math.round(rate * 1e6) / 1e3) as FeeRate;
}

/** What Bitcoin Core says to what is no transaction. */
const unreadable = 'TX decode failed';
const hasNoTest = [404, 405, 501];

/** The page of a proxy is no word. */
const wordLengthMax = 200;

type Verdict = { readonly allowed?: boolean; readonly 'reject-reason'?: string };
/** Satoshi per virtual byte, by the number of blocks. */
type Estimates = Readonly<Record<string, string | number>>;

async function txidOf(hex: string): Promise<TransactionId | undefined> {
  const { Transaction } = await import('bitcoinjs-lib');
  try {
    return Transaction.fromHex(hex).getId() as TransactionId;
  } catch {
    // It says no more than that this is no transaction.
    return undefined;
  }
}

/** The node's own word, out of what the index has put around it; details follow after a comma. */
function wordIn(text: string): string {
  const message = /"message":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text;
  return (message.split(', ')[0] ?? message).slice(0, wordLengthMax);
}
