/** One line of a benchmark's table. */
export type BenchRow = {
  readonly size: number;
  /** What is counted: prosumers, readings. */
  readonly unit: string;
  /** Median over the runs, in ms. */
  readonly ms: number;
  readonly runs: number;
  /** What is to be reached, in ms. */
  readonly goalMs?: number;
  /** Where the time of the median run went, in ms by name. */
  readonly parts?: Readonly<Record<string, number>>;
  readonly notes?: string;
  /** SHA-256 of what was computed: the same on every machine, whatever the time it took. */
  readonly hash: string;
};

export type Benchmark = {
  readonly title: string;
  /** Runs at the sizes that are asked for, or at its own. One without sizes takes no notice. */
  run(sizes?: readonly number[]): AsyncIterable<BenchRow>;
};
