import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { BenchRow } from './benchmark.ts';
import { benchmarks } from './benchmarks.ts';
import { parseBenchOptions, usage } from './benchOptions.ts';
import { tableOf } from './table.ts';

const parsed = parseBenchOptions(process.argv.slice(2));
if (parsed.ok) {
  const { names, sizes, jsonFile } = parsed.value;
  console.log(`node ${process.version}, ${availableParallelism()} cores\n`);
  const results: Record<string, readonly BenchRow[]> = {};
  for (const name of names) {
    const benchmark = benchmarks[name];
    const rows: BenchRow[] = [];
    for await (const row of benchmark.run(sizes)) rows.push(row);
    console.log(tableOf(benchmark.title, rows));
    results[name] = rows;
  }
  if (jsonFile !== undefined) {
    const about = { node: process.version, cores: availableParallelism(), results };
    writeFileSync(jsonFile, `${JSON.stringify(about, null, 2)}\n`);
  }
} else {
  process.stderr.write(`${parsed.reason}\n\n${usage}`);
  process.exitCode = 2;
}
