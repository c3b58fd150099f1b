import { registerHooks } from 'node:module';
import type { FunctionsCore } from './functionsCore.ts';

const moduleUrl = 'functions-core:module';
const slot = Symbol.for('mini-smart-grid.functions-core');

/**
 * Makes `@azure/functions-core` resolvable, for `require` and `import` alike, as inside a Functions
 * worker. Once per process: the library keeps the first module that it finds, and so would the app.
 */
export function installFunctionsCore(core: FunctionsCore): void {
  if (Reflect.has(globalThis, slot)) {
    throw new Error('One process hosts one app: start the next host in a process of its own.');
  }
  Reflect.set(globalThis, slot, core.module);
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== '@azure/functions-core') return next(specifier, context);
      return { url: moduleUrl, format: 'commonjs', shortCircuit: true };
    },
    load(url, context, next) {
      if (url !== moduleUrl) return next(url, context);
      const source = `module.exports = globalThis[Symbol.for('${slot.description}')];`;
      return { format: 'commonjs', source, shortCircuit: true };
    },
  });
}
