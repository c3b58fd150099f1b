import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

/** One numbered migration: what is run, and what tells whether it is still what was run. */
export type Migration = {
  readonly version: number;
  readonly name: string;
  /** Lower-case hex of a SHA-256 of the text. */
  readonly checksum: string;
  /** A file is cut into batches at lines that say GO, as the server's own tools do. */
  readonly batches: readonly string[];
};

/** The migrations of Prosumer Info. */
export const sqlMigrationsFolder = new URL('sql/', import.meta.url);

const namePattern = /^(\d{4})-[a-z0-9-]+\.sql$/;

/**
 * Reads the migrations of a folder, in their order: 0001, 0002 … without a gap. Throws on a file
 * that is none, so that a misspelt one is not left out in silence.
 */
export async function readMigrations(folder: URL): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).sort();
  const migrations: Migration[] = [];
  for (const name of names) {
    const version = Number(namePattern.exec(name)?.[1]);
    if (version !== migrations.length + 1) {
      throw new Error(
        `${name} is not migration ${migrations.length + 1}: migrations are named NNNN-what-for.sql, in sequence`,
      );
    }
    migrations.push(migrationOf(version, name, await readFile(new URL(name, folder), 'utf8')));
  }
  return migrations;
}

/** The line ends of a checkout do not count. */
export function migrationOf(version: number, name: string, content: string): Migration {
  const text = content.replaceAll('\r\n', '\n');
  return {
    version,
    name,
    checksum: createHash('sha256').update(text).digest('hex'),
    batches: text.split(/^[ \t]*GO[ \t]*$/im).filter((batch) => batch.trim() !== ''),
  };
}
