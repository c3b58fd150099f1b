import { powerPlant } from '../../shared/domain/ids.ts';
import type { NetEnergy } from './checkNettos.ts';
import type { Segment } from './checkRevisions.ts';
import type { ClosingRow } from './closingRow.ts';
import { expectField, Finding } from './finding.ts';
import type { NettoRow } from './nettoRow.ts';

/** All of one timeframe that its closing has to agree with. */
export type ClosedContent = {
  readonly segments: readonly Segment[];
  readonly traded: NetEnergy;
  readonly nettos: readonly NettoRow[];
};

/**
 * Checks a closing against the trades and nettos of its timeframe: how many, the totals, the hashes
 * before and after its latest revision; one without trades hands on the hash. Throws a Finding.
 */
export function checkClosing(closing: ClosingRow, content: ClosedContent): void {
  const { timeframe, revision, revisionTradeCount, previousHash, hash } = closing;
  const thing = `timeframe ${timeframe}`;
  expectField(thing, 'status', 'settled', closing.status);
  const { segments, nettos, traded } = content;
  const later = segments.find((segment) => segment.revision > revision);
  if (later !== undefined) {
    throw new Finding(thing, `no trades after revision ${revision}`, `revision ${later.revision}`);
  }
  const counted = segments.reduce((sum, { tradeCount }) => sum + tradeCount, 0);
  expectField(thing, 'tradeCount as the trades are counted', counted, closing.tradeCount);
  const latest = segments.find((segment) => segment.revision === revision);
  expectField(thing, 'revisionTradeCount', latest?.tradeCount ?? 0, revisionTradeCount);
  expectField(thing, 'previousHash', latest?.previousHash ?? previousHash, previousHash);
  expectField(thing, 'hash', latest?.hash ?? previousHash, hash);
  expectField(thing, 'prosumers with a netto', closing.expected, nettos.length);
  for (const netto of nettos) {
    expectField(`${thing}, netto of ${netto.prosumerId}`, 'revision', revision, netto.revision);
  }
  for (const field of ['producedWh', 'consumedWh', 'nettoWh'] as const) {
    const sum = nettos.reduce((total, netto) => total + netto[field], 0);
    expectField(thing, `${field} as the nettos sum it`, sum, closing[field]);
  }
  const importedWh = traded.get(powerPlant) ?? 0;
  const { importedWh: imported, exportedWh: exported } = closing;
  expectField(thing, 'importedWh − exportedWh', importedWh, imported - exported);
}
