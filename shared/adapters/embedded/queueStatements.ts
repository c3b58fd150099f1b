import type { DatabaseSync } from 'node:sqlite';
import { query, write } from './statement.ts';

export type QueueStatements = ReturnType<typeof prepareQueues>;

type Sequence = { readonly sequenceNumber: number };
type Held = Sequence & { readonly deliveryCount: number };
type Delivery = {
  readonly messageId: string;
  readonly deliveryCount: number;
  readonly enqueuedAtMs: number;
};
type Dead = Sequence &
  Delivery & { readonly body: string; readonly reason: string; readonly description: string };
type Counts = { readonly active: number; readonly locked: number; readonly deadLettered: number };

const forgottenPerSend = 1_000;
const buriedPerReceive = 100;

/** The statements of the queues. A message is available when its lock, if it had one, has run out. */
export function prepareQueues(db: DatabaseSync) {
  return { ...sending(db), ...receiving(db), ...settling(db), ...looking(db) };
}

function sending(db: DatabaseSync) {
  return {
    forgetSent: write(
      db,
      `DELETE FROM sent WHERE (queue, messageId) IN
         (SELECT queue, messageId FROM sent WHERE sentAtMs <= ? ORDER BY sentAtMs
          LIMIT ${forgottenPerSend})`,
    ),
    insertSent: write(
      db,
      `INSERT INTO sent (queue, messageId, sentAtMs) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET sentAtMs = excluded.sentAtMs WHERE sentAtMs <= ?`,
    ),
    insertMessage: write(
      db,
      'INSERT INTO messages (queue, messageId, enqueuedAtMs) VALUES (?, ?, ?)',
    ),
    /** Of the message inserted just before. */
    insertBody: write(
      db,
      'INSERT INTO bodies (sequenceNumber, body) VALUES (last_insert_rowid(), ?)',
    ),
  };
}

function receiving(db: DatabaseSync) {
  return {
    selectAvailable: query<Sequence>(
      db,
      `SELECT sequenceNumber FROM messages
       WHERE queue = ? AND isDead = 0 AND lockedUntilMs <= ? ORDER BY sequenceNumber LIMIT ?`,
    ),
    selectExhausted: query<Sequence>(
      db,
      `SELECT sequenceNumber FROM messages
       WHERE queue = ? AND lockToken IS NOT NULL AND lockedUntilMs <= ? AND deliveryCount >= ?
       ORDER BY lockedUntilMs LIMIT ${buriedPerReceive}`,
    ),
    lock: query<Delivery>(
      db,
      `UPDATE messages SET lockToken = ?, lockedUntilMs = ?, deliveryCount = deliveryCount + 1
       WHERE sequenceNumber = ? RETURNING messageId, deliveryCount, enqueuedAtMs`,
    ),
    selectBody: query<{ body: string }>(db, 'SELECT body FROM bodies WHERE sequenceNumber = ?'),
  };
}

function settling(db: DatabaseSync) {
  const held = 'queue = ? AND lockToken = ? AND lockedUntilMs > ?';
  return {
    selectHeld: query<Held>(db, `SELECT sequenceNumber, deliveryCount FROM messages WHERE ${held}`),
    remove: write(db, `DELETE FROM messages WHERE ${held}`),
    releaseAll: write(
      db,
      `UPDATE messages SET lockToken = NULL, lockedUntilMs = 0
       WHERE lockToken IS NOT NULL AND isDead = 0 AND deliveryCount < ?`,
    ),
    renew: write(db, `UPDATE messages SET lockedUntilMs = ? WHERE ${held}`),
    release: write(
      db,
      'UPDATE messages SET lockToken = NULL, lockedUntilMs = 0 WHERE sequenceNumber = ?',
    ),
    bury: write(
      db,
      `UPDATE messages SET isDead = 1, deadLetterReason = ?, deadLetterDescription = ?,
         lockToken = NULL, lockedUntilMs = 0 WHERE sequenceNumber = ?`,
    ),
  };
}

function looking(db: DatabaseSync) {
  return {
    selectDead: query<Dead>(
      db,
      `SELECT sequenceNumber, messageId, deliveryCount, enqueuedAtMs, body,
         deadLetterReason AS reason, deadLetterDescription AS description
       FROM messages JOIN bodies USING (sequenceNumber)
       WHERE queue = ? AND isDead = 1 ORDER BY sequenceNumber LIMIT ?`,
    ),
    revive: write(
      db,
      `UPDATE messages SET isDead = 0, deliveryCount = 0, deadLetterReason = NULL,
         deadLetterDescription = NULL WHERE queue = ? AND sequenceNumber = ? AND isDead = 1`,
    ),
    count: query<Counts>(
      db,
      `SELECT count(*) FILTER (WHERE isDead = 0 AND lockedUntilMs <= now) AS active,
         count(*) FILTER (WHERE isDead = 0 AND lockedUntilMs > now) AS locked,
         count(*) FILTER (WHERE isDead = 1) AS deadLettered
       FROM messages JOIN (SELECT ? AS now) WHERE queue = ?`,
    ),
  };
}
