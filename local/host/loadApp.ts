import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FunctionsCore } from './functionsCore.ts';
import { installFunctionsCore } from './installFunctionsCore.ts';
import type { Capabilities } from './rpcTypes.ts';

/** What the Functions Node.js worker tells the host it can do. */
const workerCapabilities: Readonly<Capabilities> = {
  RawHttpBodyBytes: 'true',
  RpcHttpTriggerMetadataRemoved: 'true',
  RpcHttpBodyOnly: 'true',
  IgnoreEmptyValuedRpcHttpHeaders: 'true',
  UseNullableValueDictionaryForHttp: 'true',
  WorkerStatus: 'true',
  TypedDataCollection: 'true',
  HandlesWorkerTerminateMessage: 'true',
};

/**
 * Loads an app's entry file, runs its appStart hooks, and takes its registrations as final. The
 * order is the worker's. Throws what the file or a hook throws, and for an app without functions.
 */
export async function loadApp(core: FunctionsCore, appFile: string): Promise<void> {
  await access(appFile).catch((cause: unknown) => {
    throw new Error(`The app ${appFile} is not there; a bundle is made by npm run build.`, {
      cause,
    });
  });
  installFunctionsCore(core);
  await import(pathToFileURL(appFile).href);
  await core.runHooks('appStart', {
    hookData: core.appLevelHookData,
    appHookData: core.appHookData,
    functionAppDirectory: dirname(appFile),
  });
  const model = core.programmingModel();
  if (model === undefined || core.functions.size === 0) {
    throw new Error(`The app ${appFile} registered no functions.`);
  }
  const capabilities = await model.getCapabilities?.({ ...workerCapabilities });
  if (capabilities !== undefined && 'HttpUri' in capabilities) {
    throw new Error('The app sets enableHttpStream, which the local host does not do.');
  }
  core.seal();
}
