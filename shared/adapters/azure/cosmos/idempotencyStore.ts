import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { addMinutes, type Instant } from '../../../domain/timeframe.ts';
import type { Clock } from '../../../ports/clock.ts';
import {
  answerKeptMinutes,
  type IdempotencyRecord,
  type IdempotencyStore,
  type StoredAnswer,
} from '../../../ports/idempotencyStore.ts';
import { pauseBefore } from './contention.ts';
import { ContentionError } from './cosmosErrors.ts';
import type { CosmosDatabase } from './openCosmos.ts';

/** A key with what its request got. The service deletes it by `ttl`; until then `expiresAt` rules. */
type AnswerDocument = {
  readonly id: string;
  readonly requestHash: string;
  readonly assignedId: string;
  readonly expiresAt: Instant;
  /** Seconds from the last write. */
  readonly ttl: number;
  readonly answer?: PackedAnswer;
};

type PackedAnswer = Omit<StoredAnswer, 'body'> &
  ({ readonly body: string } | { readonly gzip: string });

/** Beyond what is kept, so that the service's clock never ends a key before ours does. */
const ttlSeconds = (answerKeptMinutes + 60) * 60;
/** The answer to 10 000 readings may be over 2 MB, which no document can hold. It packs well. */
const bodyCharactersMax = 4_096;
const attemptsMax = 16;

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** Given answers, each in a partition of its own under the SHA-256 of its key. */
export function cosmosIdempotencyStore(
  { operate }: CosmosDatabase,
  clock: Clock,
): IdempotencyStore {
  return {
    begin: (key, record) =>
      operate('idempotency.begin', async (documents) => {
        const answers = documents('answers');
        const now = clock.now();
        const document = await documentOf(key, record, addMinutes(now, answerKeptMinutes));
        for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
          await pauseBefore(attempt);
          if (await answers.create(document)) return record;
          const there = await answers.read<AnswerDocument>(document.id, document.id);
          // Deleted between the two: its time was over.
          if (there === undefined) continue;
          if (there.expiresAt > now) return recordOf(there);
          if ((await answers.replace(document.id, document, there._etag)) !== undefined) {
            return record;
          }
        }
        throw new ContentionError('Others keep taking the same idempotency key.');
      }),
    complete: (key, answer) =>
      operate('idempotency.complete', async (documents) => {
        const answers = documents('answers');
        const id = idOf(key);
        const packed = await pack(answer);
        for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
          await pauseBefore(attempt);
          const there = await answers.read<AnswerDocument>(id, id);
          if (there === undefined) return answer;
          if (there.answer !== undefined) return unpack(there.answer);
          const { _etag, requestHash, assignedId, expiresAt, ttl } = there;
          const document = { id, requestHash, assignedId, expiresAt, ttl, answer: packed };
          if ((await answers.replace(id, document, _etag)) !== undefined) return answer;
        }
        throw new ContentionError('Others keep changing the same idempotency key.');
      }),
  };
}

/** A key may hold characters that an id may not. */
function idOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}

async function documentOf(
  key: string,
  { requestHash, assignedId, answer }: IdempotencyRecord,
  expiresAt: Instant,
): Promise<AnswerDocument> {
  const document = { id: idOf(key), requestHash, assignedId, expiresAt, ttl: ttlSeconds };
  return answer === undefined ? document : { ...document, answer: await pack(answer) };
}

async function recordOf({
  requestHash,
  assignedId,
  answer,
}: AnswerDocument): Promise<IdempotencyRecord> {
  if (answer === undefined) return { requestHash, assignedId };
  return { requestHash, assignedId, answer: await unpack(answer) };
}

async function unpack(packed: PackedAnswer): Promise<StoredAnswer> {
  const { status, headers } = packed;
  const body =
    'body' in packed ? packed.body : String(await unzip(Buffer.from(packed.gzip, 'base64')));
  return { status, headers, body };
}

async function pack({ status, headers, body }: StoredAnswer): Promise<PackedAnswer> {
  if (body.length <= bodyCharactersMax) return { status, headers, body };
  return { status, headers, gzip: (await zip(body)).toString('base64') };
}
