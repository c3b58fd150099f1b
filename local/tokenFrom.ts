/** The token for the API that the environment has, as an option of its client; none where it has none. */
export function tokenFrom(environment: Readonly<Record<string, string | undefined>>): {
  readonly token?: () => Promise<string>;
} {
  const token = environment['API_TOKEN']?.trim();
  return token === undefined || token === '' ? {} : { token: async () => token };
}
