/** A package that the app needs to run, itself or through others. */
export type RuntimePackage = {
  readonly name: string;
  readonly version: string;
  /** As it says itself, in the terms of SPDX. */
  readonly licence: string;
  /** Where npm puts it, below the root. */
  readonly place: string;
};

/** What is read of `package-lock.json`. */
export type Lock = { readonly packages: Readonly<Record<string, LockedPackage>> };
type Names = Readonly<Record<string, string>>;
type LockedPackage = {
  readonly version?: string;
  readonly license?: string;
  readonly dependencies?: Names;
  readonly optionalDependencies?: Names;
};

/** Packages that do not name their licence in `package.json`, and where they do. */
const saidElsewhere: Readonly<Record<string, string>> = {
  // In its README and bower.json.
  'semaphore@1.1.0': 'MIT',
};

/** What the root depends on, through however many others, by name and version. Pure. */
export function runtimePackages({ packages }: Lock): readonly RuntimePackage[] {
  const places = new Set<string>();
  const left = [''];
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    const { dependencies, optionalDependencies } = packages[place] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const found = placeOf(packages, place, name);
      if (places.has(found)) continue;
      places.add(found);
      left.push(found);
    }
  }
  return [...places].map((place) => packageAt(packages, place)).sort(byName);
}

/** Where Node.js finds a package from another one: in it, or in what is around it. */
function placeOf(packages: Lock['packages'], from: string, name: string): string {
  for (let around = from; ; around = around.replace(/\/?node_modules\/(?:@[^/]+\/)?[^/]+$/, '')) {
    const place = `${around === '' ? '' : `${around}/`}node_modules/${name}`;
    if (packages[place] !== undefined) return place;
    if (around === '') throw new Error(`${name} is not in the lock file, and ${from} needs it`);
  }
}

function packageAt(packages: Lock['packages'], place: string): RuntimePackage {
  const name = place.replace(/^.*node_modules\//, '');
  const { version = '', license } = packages[place] ?? {};
  const licence = license ?? saidElsewhere[`${name}@${version}`];
  if (licence === undefined) throw new Error(`${name} ${version} names no licence: look it up`);
  return { name, version, licence, place };
}

function byName(a: RuntimePackage, b: RuntimePackage): number {
  const [left, right] = [`${a.name}@${a.version}`, `${b.name}@${b.version}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
