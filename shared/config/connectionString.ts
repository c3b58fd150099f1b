/** The parts of a connection string, such as `Endpoint=sb://HOST`, by their names in lower case. */
export function connectionStringParts(connectionString: string): ReadonlyMap<string, string> {
  const parts = connectionString.split(';').map((part) => part.trim());
  return new Map(
    parts.flatMap((part) => {
      const [, key, value] = /^([A-Za-z]+)=(.+)$/.exec(part) ?? [];
      return key === undefined || value === undefined ? [] : [[key.toLowerCase(), value] as const];
    }),
  );
}
