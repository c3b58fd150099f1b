import { appendOnly, oneOf } from './schemaParts.ts';

/** Who posted readings and registers, as a number in each of them; NULL: from before it was kept. */
export const postersSchema = `
  CREATE TABLE posters (
    number INTEGER PRIMARY KEY,
    ${oneOf('actorKind', 'caller', 'system')},
    actorId TEXT NOT NULL,
    UNIQUE (actorKind, actorId)
  ) STRICT;
${appendOnly('posters')}

  ALTER TABLE readings ADD COLUMN poster INTEGER;
  ALTER TABLE registers ADD COLUMN poster INTEGER;
`;
