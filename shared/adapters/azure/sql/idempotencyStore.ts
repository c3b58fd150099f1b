import { addMinutes } from '../../../domain/timeframe.ts';
import type { Clock } from '../../../ports/clock.ts';
import { answerKeptMinutes, type IdempotencyStore } from '../../../ports/idempotencyStore.ts';
import { type AnswerRow, answerRecordOf } from '../../answerRows.ts';
import { sha256 } from '../../digest.ts';
import type { SqlDatabase } from './sqlDatabase.ts';
import {
  asciiParameter,
  idParameter,
  instantParameter,
  intParameter,
  longTextParameter,
} from './sqlParameters.ts';

const purgedPerBegin = 100;

/** Given answers. Each new key clears away a few that are over, so that the table stays small. */
export function azureIdempotencyStore(db: SqlDatabase, clock: Clock): IdempotencyStore {
  return {
    async begin(key, { requestHash, assignedId, answer }) {
      const now = clock.now();
      const { rows } = await db.query<AnswerRow>(beginStatement, {
        answerId: asciiParameter(sha256(key)),
        requestHash: asciiParameter(requestHash),
        assignedId: idParameter(assignedId),
        now: instantParameter(now),
        expiresAt: instantParameter(addMinutes(now, answerKeptMinutes)),
        status: intParameter(answer?.status ?? null),
        headers: longTextParameter(answer === undefined ? null : JSON.stringify(answer.headers)),
        body: longTextParameter(answer?.body ?? null),
      });
      const [row] = rows;
      if (row === undefined) throw new Error('an answer that was just taken is gone');
      return answerRecordOf(row);
    },
    async complete(key, answer) {
      const { status, headers, body } = answer;
      const { rows } = await db.query<AnswerRow>(completeStatement, {
        answerId: asciiParameter(sha256(key)),
        status: intParameter(status),
        headers: longTextParameter(JSON.stringify(headers)),
        body: longTextParameter(body),
      });
      const [row] = rows;
      return (row && answerRecordOf(row).answer) ?? answer;
    },
  };
}

/** Of two at once one takes the key, and both read what that one wrote. */
const beginStatement = `
SET NOCOUNT ON;
DELETE FROM answers WHERE answerId IN
  (SELECT TOP (${purgedPerBegin}) answerId FROM answers WHERE expiresAt <= @now ORDER BY expiresAt);
UPDATE answers SET requestHash = @requestHash, assignedId = @assignedId, expiresAt = @expiresAt,
  status = @status, headers = @headers, body = @body
WHERE answerId = @answerId AND expiresAt <= @now;
INSERT INTO answers (answerId, requestHash, assignedId, expiresAt, status, headers, body)
SELECT @answerId, @requestHash, @assignedId, @expiresAt, @status, @headers, @body
WHERE NOT EXISTS (SELECT 1 FROM answers WHERE answerId = @answerId);
SELECT requestHash, assignedId, status, headers, body FROM answers WHERE answerId = @answerId;`;

/** Reads what is kept only where that is another answer. */
const completeStatement = `
SET NOCOUNT ON;
UPDATE answers SET status = @status, headers = @headers, body = @body
WHERE answerId = @answerId AND status IS NULL;
IF @@ROWCOUNT = 0
  SELECT requestHash, assignedId, status, headers, body FROM answers WHERE answerId = @answerId;`;
