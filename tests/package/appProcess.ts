import { createFunctionsCore } from '../../local/host/functionsCore.ts';
import { invoke } from '../../local/host/invoke.ts';
import { loadApp } from '../../local/host/loadApp.ts';

/** What an app answered that was loaded as a worker loads it, with nothing but its environment. */
export type AppAnswers = {
  readonly functions: readonly string[];
  readonly live: Answer;
  readonly ready: Answer;
};
type Answer = { readonly status: string | undefined; readonly body: unknown };

const [file = ''] = process.argv.slice(2);
const core = createFunctionsCore(() => {});
try {
  await loadApp(core, file);
} catch (error) {
  // As a worker does: the process alone would print the line of the bundle that threw, all of it.
  process.stderr.write(error instanceof Error ? String(error.stack) : String(error));
  process.exit(1);
}
const answers: AppAnswers = {
  functions: [...core.functions.values()].map(({ metadata }) => metadata.name).sort(),
  live: await get('healthLive'),
  ready: await get('healthReady'),
};
const { appLevelHookData: hookData, appHookData } = core;
await core.runHooks('appTerminate', { hookData, appHookData });
process.stdout.write(JSON.stringify(answers), () => process.exit());

async function get(name: string): Promise<Answer> {
  const target = [...core.functions.values()].find(({ metadata }) => metadata.name === name);
  if (target === undefined) throw new Error(`${name} is not registered`);
  const http = {
    url: `http://127.0.0.1/api/${name}`,
    method: 'GET',
    nullableHeaders: {},
    nullableParams: {},
  };
  const { returnValue } = await invoke(core, target, { data: { http } });
  const answer = returnValue?.http;
  const bytes = answer?.body && 'bytes' in answer.body ? answer.body.bytes : undefined;
  const text = bytes === undefined ? '' : Buffer.from(bytes ?? []).toString('utf8');
  return { status: answer?.statusCode, body: text === '' ? undefined : JSON.parse(text) };
}
