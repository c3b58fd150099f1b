// Plain JavaScript on purpose: it must run on the very versions that it refuses.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Mini Smart Grid needs Node.js 22.18 or later; this is ${process.versions.node}.\n` +
      'The package `node` in devDependencies brings version 24 with it: run `npm ci` with install\n' +
      'scripts allowed (no --ignore-scripts, no --omit=dev), or put a newer Node.js on the PATH.',
  );
  process.exit(1);
}
