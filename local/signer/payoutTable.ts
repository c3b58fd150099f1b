import type { PayoutManifest } from '../../shared/domain/payoutManifest.ts';
import type { PayoutSums } from './checkPayout.ts';

/** Payees that are shown one by one; of more the largest are, and the rest as one line. */
const payeesShownMax = 40;

/** What a payout does, for whoever is to agree to it: who gets how much, and where the rest goes. */
export function payoutTable(manifest: PayoutManifest, sums: PayoutSums): string {
  const { gridId, payoutId, network, txid, change } = manifest;
  const payees = manifest.payees
    .map(({ prosumerId, address, amountSat, feeSat }) => {
      return { name: prosumerId, address, sat: BigInt(amountSat) - BigInt(feeSat) };
    })
    .sort((a, b) => (a.sat < b.sat ? 1 : a.sat > b.sat ? -1 : 0));
  const shown = payees.slice(0, payeesShownMax);
  const others = payees.slice(payeesShownMax);
  const otherSat = others.reduce((sum, { sat }) => sum + sat, 0n);
  const rows: readonly Row[] = [
    ...shown.map(({ name, sat, address }) => [name, sat, address] as const),
    ...(others.length > 0 ? [[`${others.length} others`, otherSat, ''] as const] : []),
    ['', undefined, ''],
    [`${payees.length} payees`, sums.payeesSat, ''],
    ['back to the grid', sums.changeSat, change?.address ?? ''],
    ['fee', sums.feeSat, `${percentOf(sums.feeSat, sums.payeesSat)} % of what is paid`],
    ['coins spent', sums.coinsSat, `${manifest.coins.length} coins`],
  ];
  return [
    `Payout ${payoutId} of grid ${gridId} on ${network}`,
    `Transaction ${txid}`,
    '',
    ...linesOf(rows),
    '',
  ].join('\n');
}

type Row = readonly [name: string, sat: bigint | undefined, note: string];

function linesOf(rows: readonly Row[]): readonly string[] {
  const cells = rows.map(([name, sat, note]) => [
    name,
    sat === undefined ? '' : grouped(sat),
    note,
  ]);
  const width = (at: number) => Math.max(...cells.map((row) => row[at]?.length ?? 0));
  const [nameWidth, satWidth] = [width(0), width(1)];
  return cells.map(([name = '', sat = '', note = '']) => {
    const unit = sat === '' ? '   ' : 'sat';
    return `  ${name.padEnd(nameWidth)}  ${sat.padStart(satWidth)} ${unit}  ${note}`.trimEnd();
  });
}

/** Digits in threes, as people read them. */
function grouped(sat: bigint): string {
  return sat.toString().replace(/\B(?=(?:\d{3})+$)/g, ' ');
}

function percentOf(part: bigint, whole: bigint): string {
  return whole === 0n ? '–' : (Number((part * 10_000n) / whole) / 100).toFixed(2);
}
