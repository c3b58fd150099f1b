import type { FrameTerms } from './modelTerms.ts';

/** What is left of an account. */
export type ModelAccount = { readonly netWh: bigint; readonly balanceUsat: bigint };

/** Among accounts at the one price; the rest of each with the power plant. */
export function postMarket(
  books: ReturnType<typeof createBooks>,
  positions: ReadonlyMap<string, bigint>,
  peers: ReadonlyMap<string, bigint>,
  price: bigint,
  { importPrice, exportPrice, gridFee, importFee }: FrameTerms,
) {
  let [tradedWh, boughtWh, importedWh, exportedWh] = [0n, 0n, 0n, 0n];
  for (const [id, positionWh] of positions) {
    const peerWh = peers.get(id) ?? 0n;
    if (positionWh > 0n) {
      books.sell(id, peerWh, price);
      books.sell(id, positionWh - peerWh, exportPrice);
      books.buy('power-plant', positionWh - peerWh, exportPrice, 0n);
      tradedWh += peerWh;
      exportedWh += positionWh - peerWh;
    } else {
      books.buy(id, peerWh, price, gridFee);
      books.buy(id, -positionWh - peerWh, importPrice, importFee);
      books.sell('power-plant', -positionWh - peerWh, importPrice);
      boughtWh += peerWh;
      importedWh += -positionWh - peerWh;
    }
  }
  if (tradedWh !== boughtWh) throw new Error(`${tradedWh} Wh were sold and ${boughtWh} bought`);
  return { tradedWh, importedWh, exportedWh };
}

/** Who buys pays the fee to the mini grid, also where it is the mini grid itself. */
export function createBooks() {
  const accounts = new Map<string, ModelAccount>();
  const move = (id: string, byWh: bigint, byUsat: bigint) => {
    const { netWh, balanceUsat } = accounts.get(id) ?? { netWh: 0n, balanceUsat: 0n };
    accounts.set(id, { netWh: netWh + byWh, balanceUsat: balanceUsat + byUsat });
  };
  return {
    sell: (id: string, energyWh: bigint, price: bigint) => move(id, energyWh, energyWh * price),
    buy(id: string, energyWh: bigint, price: bigint, fee: bigint) {
      move(id, -energyWh, -energyWh * (price + fee));
      move('mini-grid', 0n, energyWh * fee);
    },
    accounts() {
      return new Map(
        [...accounts]
          .filter(([, { netWh, balanceUsat }]) => netWh !== 0n || balanceUsat !== 0n)
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      );
    },
  };
}
