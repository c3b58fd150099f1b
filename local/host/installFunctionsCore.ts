import Module from 'node:module';
import type { FunctionsCore } from './functionsCore.ts';

const slot = Symbol.for('mini-smart-grid.functions-core');

/**
 * Makes `@azure/functions-core` answer to `require`, as a Functions worker does: the package exists
 * nowhere else. Once per process: the library keeps the first module that it finds.
 */
export function installFunctionsCore(core: FunctionsCore): void {
  if (Reflect.has(globalThis, slot)) {
    throw new Error('One process hosts one app: start the next host in a process of its own.');
  }
  Reflect.set(globalThis, slot, core.module);
  const { require: requireOf } = Module.prototype;
  Module.prototype.require = Object.assign(function require(this: Module, id: string): unknown {
    return id === '@azure/functions-core' ? core.module : requireOf.call(this, id);
  }, requireOf);
}
