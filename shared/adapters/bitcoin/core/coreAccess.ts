import { readFile } from 'node:fs/promises';
import type { CoreSettings } from '../../../config/bitcoinSettings.ts';
import { ChainUnavailableError } from '../../../ports/chain.ts';

/** The login of a node, as a header has it. */
export type CoreAccess = {
  authorization(): Promise<string>;
  /**
   * The node refused the login. Answers whether another may be there: a node that starts again
   * writes a new cookie.
   */
  renew(): Promise<boolean>;
};

/** Logs in with a password, or with the cookie that the node has written when it started. */
export function coreAccess(access: CoreSettings['access']): CoreAccess {
  if (access.kind === 'password') {
    const header = basic(`${access.user}:${access.password}`);
    return { authorization: async () => header, renew: async () => false };
  }
  let header: string | undefined;
  return {
    async authorization() {
      header ??= basic(await readCookie(access.file));
      return header;
    },
    async renew() {
      const refused = header;
      header = basic(await readCookie(access.file));
      return header !== refused;
    },
  };
}

function basic(login: string): string {
  return `Basic ${Buffer.from(login, 'utf8').toString('base64')}`;
}

async function readCookie(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    // It is there only while the node runs.
    throw new ChainUnavailableError('the cookie of the node cannot be read', { cause });
  }
}
