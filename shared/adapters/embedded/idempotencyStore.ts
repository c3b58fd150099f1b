import type { DatabaseSync } from 'node:sqlite';
import { addMinutes } from '../../domain/timeframe.ts';
import type { Clock } from '../../ports/clock.ts';
import { answerKeptMinutes, type IdempotencyStore } from '../../ports/idempotencyStore.ts';
import { type AnswerRow, answerRecordOf } from '../answerRows.ts';
import { transaction } from './database.ts';
import { query, write } from './statement.ts';

const purgedPerBegin = 100;

/** Given answers. Each new key clears away a few that are over, so that the table stays small. */
export function embeddedIdempotencyStore(db: DatabaseSync, clock: Clock): IdempotencyStore {
  const purge = write(
    db,
    `DELETE FROM answers WHERE key IN
       (SELECT key FROM answers WHERE expiresAt <= ? ORDER BY expiresAt LIMIT ${purgedPerBegin})`,
  );
  const take = write(
    db,
    `INSERT INTO answers (key, requestHash, assignedId, expiresAt, status, headers, body)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET requestHash = excluded.requestHash,
       assignedId = excluded.assignedId, expiresAt = excluded.expiresAt,
       status = excluded.status, headers = excluded.headers, body = excluded.body
       WHERE expiresAt <= ?`,
  );
  const select = query<AnswerRow>(
    db,
    'SELECT requestHash, assignedId, status, headers, body FROM answers WHERE key = ?',
  );
  const keep = write(
    db,
    'UPDATE answers SET status = ?, headers = ?, body = ? WHERE key = ? AND status IS NULL',
  );
  return {
    async begin(key, record) {
      const now = clock.now();
      const { requestHash, assignedId, answer } = record;
      const headers = answer ? JSON.stringify(answer.headers) : null;
      return transaction(db, () => {
        purge.run(now);
        take.run(
          key,
          requestHash,
          assignedId,
          addMinutes(now, answerKeptMinutes),
          answer?.status ?? null,
          headers,
          answer?.body ?? null,
          now,
        );
        const row = select.get(key);
        return row === undefined ? record : answerRecordOf(row);
      });
    },
    async complete(key, answer) {
      const { status, headers, body } = answer;
      const { changes } = keep.run(status, JSON.stringify(headers), body, key);
      const row = changes === 0 ? select.get(key) : undefined;
      return (row && answerRecordOf(row).answer) ?? answer;
    },
  };
}
