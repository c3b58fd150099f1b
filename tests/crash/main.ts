import { types } from 'node:util';
import { cleanUp } from '../endToEnd/app.ts';
import { runCrash } from './crash.ts';
import { crashUsage, parseCrashOptions } from './crashOptions.ts';

const say = (line: string) => void process.stdout.write(`${line}\n`);
const parsed = parseCrashOptions(process.argv.slice(2));

if (parsed.kind === 'help') {
  process.stdout.write(crashUsage);
} else if (parsed.kind === 'refused') {
  process.stderr.write(`${parsed.reason}\n\n${crashUsage}`);
  process.exitCode = 2;
} else {
  say(`seed ${parsed.options.seed}`);
  try {
    for (const line of await runCrash(parsed.options, say)) say(line);
  } catch (error) {
    say(`Wrong: ${types.isNativeError(error) ? (error.stack ?? error.message) : error}`);
    process.exitCode = 1;
  } finally {
    cleanUp();
  }
}
