import { verifyChain, zeroHash } from '../../shared/domain/hashChain.ts';
import { addMinutes } from '../../shared/domain/timeframe.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { gridId } from './smallGrid.ts';

const rowsMax = 10_000;

/**
 * What must be the same in whatever order readings came: what each account has come to, and what
 * the grid shows. Accounts that nothing is left of are not among them.
 */
export async function outcomeOf({ ledger, rosters, closings }: Ports) {
  const [accounts, { closingNumber: _, ...totals }, members, timeframes] = await Promise.all([
    ledger.listAccounts(gridId, { limit: rowsMax }),
    rosters.totals(gridId),
    rosters.list(gridId, { limit: rowsMax }),
    closings.list(gridId, {}, { limit: rowsMax }),
  ]);
  const balances = accounts.items.map(({ accountId, sums }) => ({
    accountId,
    balanceUsat: sums.creditsUsat - sums.debitsUsat,
    netWh: sums.soldWh - sums.boughtWh,
  }));
  const shown = timeframes.items.map(async (closing) => {
    const { timeframe, status, hasLateReadings, priceMsatPerKwh, readings } = closing;
    const { producedWh, consumedWh, nettoWh, tradedWh, importedWh, exportedWh } = closing;
    return {
      ...{ timeframe, status, hasLateReadings, priceMsatPerKwh, readings },
      ...{ producedWh, consumedWh, nettoWh, tradedWh, importedWh, exportedWh },
      lines: await closings.nettos(gridId, closing.nettosId),
    };
  });
  return {
    balances: balances.filter(({ balanceUsat, netWh }) => balanceUsat !== 0n || netWh !== 0),
    totals,
    members: members.items,
    timeframes: await Promise.all(shown),
  };
}

/** Every trade in the order of the closings; throws where that is not one chain. */
export async function tradesInChain({ closings, trades, sha256 }: Ports, of = gridId) {
  const last = await closings.last(of);
  const all = [];
  let hash = zeroHash;
  for (let closingNumber = 1; closingNumber <= (last?.closingNumber ?? 0); closingNumber += 1) {
    const closing = await closings.byNumber(of, closingNumber);
    if (closing === undefined) throw new Error(`closing ${closingNumber} is missing`);
    const { timeframe: from, revision, tradeCount } = closing;
    const { items } = await trades.list(of, { from, to: addMinutes(from, 1) }, { limit: rowsMax });
    const own = items.filter((trade) => trade.revision === revision);
    const verdict = verifyChain(own, closing.previousHash, sha256);
    if (closing.previousHash !== hash || !verdict.ok || verdict.hash !== closing.hash) {
      throw new Error(`closing ${closingNumber} breaks the chain: ${JSON.stringify(verdict)}`);
    }
    if (own.length !== tradeCount) throw new Error(`closing ${closingNumber} lacks trades`);
    hash = closing.hash;
    all.push(...own);
  }
  return all;
}
