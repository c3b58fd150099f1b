import { importsOf, type SourceFile } from './sourceFile.ts';

type Arrow = {
  /** Rooms that files of this one may import; its own is not among them by itself. */
  readonly rooms: readonly string[];
  /** Packages, by the beginning of their names. */
  readonly packages: readonly string[];
};

/** Who may import what: DESIGN §9, with the packages that each room knows. */
const arrows: Readonly<Record<string, Arrow>> = {
  domain: { rooms: ['domain'], packages: [] },
  schemas: { rooms: ['domain', 'schemas'], packages: ['typebox'] },
  validation: { rooms: ['schemas', 'validation'], packages: ['typebox', 'ajv'] },
  ports: { rooms: ['domain', 'ports'], packages: [] },
  operations: { rooms: ['domain', 'ports', 'operations'], packages: [] },
  http: { rooms: ['domain', 'schemas', 'validation', 'http'], packages: ['node:', 'typebox'] },
  adapters: { rooms: ['domain', 'schemas', 'ports', 'config', 'adapters'], packages: [''] },
  config: { rooms: ['domain', 'config'], packages: ['node:'] },
  functions: {
    rooms: ['domain', 'schemas', 'validation', 'ports', 'operations', 'http', 'functions'],
    packages: ['@azure/functions', 'node:async_hooks'],
  },
  'functions/main.ts': {
    rooms: ['functions', 'domain', 'schemas', 'http', 'adapters', 'config'],
    packages: ['@azure/functions'],
  },
};

/** Every import that an arrow does not allow. Folders around the app (local, tests …) have none. */
export function forbiddenImports(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => importsOf(file).flatMap((to) => faultOf(file.path, to)));
}

function faultOf(path: string, to: string): readonly string[] {
  const fault = `${path} imports ${to}`;
  const isPackage = !/^(?:functions|shared|local|bench|infra|tests)\//.test(to);
  if (to === 'node:sqlite' && !/^(?:shared\/adapters\/embedded|tests|bench)\//.test(path)) {
    return [fault];
  }
  if (to.startsWith('@azure/functions') && !/^(?:functions|local|tests)\//.test(path)) {
    return [fault];
  }
  const arrow = arrows[path] ?? arrows[roomOf(path)];
  if (arrow === undefined) return [];
  if (isPackage)
    return arrow.packages.some((name) => to.startsWith(name)) && to !== '?' ? [] : [fault];
  if (!arrow.rooms.includes(roomOf(to))) return [fault];
  return leavesItsAdapter(path, to) ? [fault] : [];
}

/** One adapter does not know another; what opens them, beside their folders, knows all. */
function leavesItsAdapter(path: string, to: string): boolean {
  const own = adapterOf(path);
  const other = adapterOf(to);
  return own !== undefined && other !== undefined && own !== other;
}

function adapterOf(path: string): string | undefined {
  return /^shared\/adapters\/(\w+)\//.exec(path)?.[1];
}

function roomOf(path: string): string {
  const [top = '', room = ''] = path.split('/');
  if (top !== 'shared') return top;
  return room.replace(/\.ts$/, '');
}
