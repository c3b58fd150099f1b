import { parseFuzzArguments, usage } from './fuzzArguments.ts';
import { type FuzzReport, fuzzInProcess } from './fuzzInProcess.ts';
import { fuzzOverSocket } from './fuzzOverSocket.ts';

const nameWidth = 70;
const parsed = parseFuzzArguments(process.argv.slice(2));
if (parsed.ok) {
  const { value } = parsed;
  const startedMs = performance.now();
  console.log(`--seed ${value.seed}, ${value.endpoints.length} methods of paths`);
  const run = value.isOverSocket ? fuzzOverSocket : fuzzInProcess;
  const report = await run(value, console.log);
  show(report, (performance.now() - startedMs) / 1_000);
  if (report.findings.length > 0) process.exitCode = 1;
} else {
  process.stderr.write(`${parsed.reason}\n\n${usage}`);
  process.exitCode = 2;
}

function show(
  { requests, counts, findings, slowestMs, growth }: FuzzReport,
  seconds: number,
): void {
  for (const [name, own] of counts) {
    const kinds = [...own].sort().map(([kind, count]) => `${kind} ${count}`);
    console.log(`${name.padEnd(nameWidth)} ${kinds.join(', ')}`);
  }
  for (const finding of findings) console.log(`\nFOUND ${finding}`);
  console.log(
    `\n${requests} requests in ${seconds.toFixed(0)} s; slowest ${slowestMs.toFixed(0)} ms`,
  );
  const [first, last] = [growth.at(0), growth.at(-1)];
  console.log(`memory from ${first} to ${last}; ${findings.length} found`);
}
