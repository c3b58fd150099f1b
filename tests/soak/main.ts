import { cleanUp } from '../endToEnd/app.ts';
import { runSoak } from './soak.ts';
import { parseSoakOptions, soakUsage } from './soakOptions.ts';

const say = (line: string) => void process.stdout.write(`${line}\n`);
const parsed = parseSoakOptions(process.argv.slice(2));

if (parsed.kind === 'help') {
  process.stdout.write(soakUsage);
} else if (parsed.kind === 'refused') {
  process.stderr.write(`${parsed.reason}\n\n${soakUsage}`);
  process.exitCode = 2;
} else {
  try {
    const findings = await runSoak(parsed.options, say);
    for (const { isOk, text } of findings) say(`${isOk ? 'ok ' : 'NOT'} ${text}`);
    process.exitCode = findings.every(({ isOk }) => isOk) ? 0 : 1;
  } finally {
    cleanUp();
  }
}
