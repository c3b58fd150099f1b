import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { swaggerUiFiles } from '../shared/http/docs.ts';
import { swaggerUiFolder } from '../shared/http/swaggerUiFolder.ts';
import { bundledDocuments, swaggerUiOutput } from './bundledDocuments.ts';
import { schemaModules } from './schemaModules.ts';
import { standaloneValidators } from './standaloneValidators.ts';

const root = new URL('../', import.meta.url);
const given = process.argv[2];
const dist = given === undefined ? new URL('dist/', root) : pathToFileURL(`${resolve(given)}/`);

// Only what is ours is emptied first: a folder that somebody names may hold other things.
if (given === undefined) await rm(dist, { recursive: true, force: true });
await bundle();
await copySwaggerUi();
await copyFile(webAssembly(), new URL('secp256k1.wasm', dist));
await copyFile(new URL('host.json', root), new URL('host.json', dist));
await writeManifest();
console.log(`dist: ${await sizes()}`);

/** One entry and its chunks: what only some triggers need stays behind their dynamic imports. */
async function bundle(): Promise<void> {
  await build({
    absWorkingDir: fileURLToPath(root),
    entryPoints: { main: 'functions/main.ts' },
    outdir: fileURLToPath(dist),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    chunkNames: 'chunk-[hash]',
    // The first exists only inside of a Functions host. The second colours what a dependency
    // prints where it is installed; here that is for tests only.
    external: ['@azure/functions-core', 'supports-color'],
    // Modules of CommonJS inside of the bundle call `require`, which ESM does not have.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    sourcemap: 'linked',
    legalComments: 'none',
    plugins: [standaloneValidators, schemaModules, bundledDocuments],
    logLevel: 'warning',
  });
}

/** tiny-secp256k1 reads it from beside the module that it is in: in the bundle, a chunk. */
function webAssembly(): URL {
  return new URL('secp256k1.wasm', import.meta.resolve('tiny-secp256k1'));
}

async function copySwaggerUi(): Promise<void> {
  const folder = new URL(`${swaggerUiOutput}/`, dist);
  await mkdir(folder, { recursive: true });
  for (const file of [...Object.keys(swaggerUiFiles), 'LICENSE', 'NOTICE']) {
    await copyFile(new URL(file, swaggerUiFolder()), new URL(file, folder));
  }
}

/** With it `dist` is a package that can be deployed as it is: it needs nothing installed. */
async function writeManifest(): Promise<void> {
  const manifest: unknown = JSON.parse(await readFile(new URL('package.json', root), 'utf8'));
  const { name, version, license, engines } = manifest as Readonly<Record<string, unknown>>;
  const own = { name, version, license, private: true, type: 'module', main: 'main.js', engines };
  await writeFile(new URL('package.json', dist), `${JSON.stringify(own, null, 2)}\n`);
}

async function sizes(): Promise<string> {
  const files = await readdir(dist, { recursive: true });
  const byKind = new Map<string, number>();
  for (const file of files) {
    const entry = await stat(new URL(file, dist));
    if (!entry.isFile()) continue;
    const kind = file.endsWith('.map')
      ? 'source maps'
      : file.startsWith(swaggerUiOutput)
        ? 'Swagger UI'
        : file.endsWith('.wasm')
          ? 'WebAssembly'
          : 'code';
    byKind.set(kind, (byKind.get(kind) ?? 0) + entry.size);
  }
  return [...byKind].map(([kind, size]) => `${kind} ${Math.ceil(size / 1024)} KB`).join(', ');
}
