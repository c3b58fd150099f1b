import type { DatabaseSync } from 'node:sqlite';
import type { Actor } from '../../domain/audit.ts';
import { query, write } from './statement.ts';

/** Who posted readings: each told apart by a number, which is all that a reading has of it. */
export type Posters = {
  /** The number of an actor, within a write transaction; null where nobody is named. */
  numberOf(actor: Actor | undefined): number | null;
  /** The actor of a number that was read. */
  at(number: number): Actor;
};

export function posters(db: DatabaseSync): Posters {
  const insert = write(
    db,
    'INSERT INTO posters (actorKind, actorId) VALUES (?, ?) ON CONFLICT DO NOTHING',
  );
  const select = query<{ readonly number: number }>(
    db,
    'SELECT number FROM posters WHERE actorKind = ? AND actorId = ?',
  );
  const selectAt = query<Actor>(
    db,
    'SELECT actorKind AS kind, actorId AS id FROM posters WHERE number = ?',
  );
  // What is read is committed, and stays as it is; what is written may yet be rolled back.
  const known = new Map<number, Actor>();
  return {
    numberOf(actor) {
      if (actor === undefined) return null;
      const { kind, id } = actor;
      const there = select.get(kind, id);
      if (there !== undefined) return there.number;
      insert.run(kind, id);
      const row = select.get(kind, id);
      if (row === undefined) throw new Error('who posts readings was written and is not there');
      return row.number;
    },
    at(number) {
      const actor = known.get(number) ?? selectAt.get(number);
      if (actor === undefined) throw new Error(`nobody has the number ${number} among posters`);
      known.set(number, actor);
      return actor;
    },
  };
}
