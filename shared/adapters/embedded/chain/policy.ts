/** What the chain takes, as Bitcoin Core 29 has it without settings. */
export const policy = {
  versionMin: 1,
  versionMax: 3,
  weightMax: 400_000,
  strippedBytesMin: 65,
  scriptSigBytesMax: 1_650,
  dataScriptBytesMax: 83,
  sigopCostMax: 16_000,
  weightPerSigop: 20,
  /** A fee rate, in sat/kvB, of which an output must be worth its own spending. */
  dustSatPerKvb: 3_000n,
  relaySatPerKvb: 1_000n,
  incrementalSatPerKvb: 1_000n,
  /** Beyond it a fee is taken for a mistake. */
  feeSatPerKvbMax: 10_000_000n,
  familyCountMax: 25,
  familyVirtualSizeMax: 101_000,
  /** One more child may come, where it is this small and has one parent. */
  carveOutVirtualSizeMax: 10_000,
  replacedCountMax: 100,
  /** Transactions of this version are restricted to a topology, so that they can be replaced. */
  trucVersion: 3,
  trucFamilyCountMax: 2,
  trucVirtualSizeMax: 10_000,
  trucChildVirtualSizeMax: 1_000,
  mempoolCountMax: 50_000,
} as const;

/** Rules of all nodes. */
export const consensus = {
  moneySatMax: 2_100_000_000_000_000n,
  blockWeightMax: 4_000_000,
  blockSigopCostMax: 80_000,
  witnessScale: 4,
  maturityBlocks: 100,
  subsidySat: 5_000_000_000n,
  halvingBlocks: 150,
  /** The easiest target there is: of two hashes one meets it. */
  bits: 0x207fffff,
} as const;

/** What a size costs at a rate in sat/kvB, as Bitcoin Core rounds it. */
export function feeAt(satPerKvb: bigint, virtualSize: number): bigint {
  return (satPerKvb * BigInt(virtualSize) + 999n) / 1_000n;
}
