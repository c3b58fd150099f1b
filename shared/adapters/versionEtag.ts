const etagPattern = /^v([1-9][0-9]{0,14})$/;

/** The strong etag of a thing that counts its changes. */
export function etagOfVersion(version: bigint | number): string {
  return `v${version}`;
}

/** The version that such an etag names; undefined for a tag that was never made so. */
export function versionOfEtag(etag: string): number | undefined {
  const digits = etagPattern.exec(etag)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
