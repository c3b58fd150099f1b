import { pathToFileURL } from 'node:url';
import { createFunctionsCore } from '../local/host/functionsCore.ts';
import { installFunctionsCore } from '../local/host/installFunctionsCore.ts';

/** What importing an app's entry file cost, in ms, and the names of the functions it registered. */
export type ColdImport = {
  /** CPU time of the import, all threads of the process taken together. */
  readonly ms: number;
  readonly elapsedMs: number;
  /** CPU time of the process from its very start. */
  readonly processCpuMs: number;
  readonly functions: readonly string[];
};

const [file = ''] = process.argv.slice(2);
const core = createFunctionsCore(() => {});
installFunctionsCore(core);

const cpuBefore = process.cpuUsage();
const start = performance.now();
await import(pathToFileURL(file).href);
const elapsedMs = performance.now() - start;
const cpu = process.cpuUsage(cpuBefore);

const whole = process.cpuUsage();
const result: ColdImport = {
  ms: (cpu.user + cpu.system) / 1_000,
  elapsedMs,
  processCpuMs: (whole.user + whole.system) / 1_000,
  functions: [...core.functions.keys()].sort(),
};
process.stdout.write(JSON.stringify(result));
