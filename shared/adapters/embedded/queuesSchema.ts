/** The queues. Bodies lie apart: SQLite writes a whole row anew when one of its columns changes. */
export const queuesSchema: readonly string[] = [
  `
  CREATE TABLE messages (
    sequenceNumber INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    messageId TEXT NOT NULL,
    enqueuedAtMs INTEGER NOT NULL,
    deliveryCount INTEGER NOT NULL DEFAULT 0,
    lockToken TEXT,
    lockedUntilMs INTEGER NOT NULL DEFAULT 0,
    isDead INTEGER NOT NULL DEFAULT 0,
    deadLetterReason TEXT,
    deadLetterDescription TEXT
  ) STRICT;
  CREATE INDEX messagesAlive ON messages (queue, sequenceNumber, lockedUntilMs) WHERE isDead = 0;
  CREATE INDEX messagesDead ON messages (queue, sequenceNumber) WHERE isDead = 1;
  CREATE INDEX messagesLocked ON messages (queue, lockedUntilMs) WHERE lockToken IS NOT NULL;
  CREATE UNIQUE INDEX messagesByLock ON messages (queue, lockToken) WHERE lockToken IS NOT NULL;

  CREATE TABLE bodies (
    sequenceNumber INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    body TEXT NOT NULL
  ) STRICT;

  -- What was sent within the window of duplicate detection.
  CREATE TABLE sent (
    queue TEXT NOT NULL,
    messageId TEXT NOT NULL,
    sentAtMs INTEGER NOT NULL,
    PRIMARY KEY (queue, messageId)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sentByTime ON sent (sentAtMs);
  `,
];
