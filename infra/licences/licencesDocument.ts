import type { RuntimePackage } from './runtimePackages.ts';

/** `docs/licences.md`: how often each licence is there, and of what. Pure. */
export function licencesDocument(packages: readonly RuntimePackage[]): string {
  const byLicence = Map.groupBy(packages, ({ licence }) => licence);
  const counts = [...byLicence].sort(([a], [b]) => (a < b ? -1 : 1));
  const countRows = counts.map(([licence, own]) => `| ${licence} | ${own.length} |`);
  const seen = new Set<string>();
  const rows = packages
    .map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`)
    .filter((row) => !seen.has(row) && seen.add(row));
  return `# Licences

What the app needs to run, itself or through other packages, from \`package-lock.json\`: ${packages.length}
packages. \`npm run licences\` writes this file. A test fails while it is out of date, or when a licence
comes in that is not among those that are allowed. Tools for development and tests are not in it: they
are not shipped. Swagger UI is, with its own licence and notice beside it.

| licence | packages |
|---|--:|
${countRows.join('\n')}

| package | version | licence |
|---|---|---|
${rows.join('\n')}
`;
}
