import { text } from 'node:stream/consumers';
import { ContainerClient, type StoragePipelineOptions } from '@azure/storage-blob';
import type { BlobSettings } from '../../../config/documentSettings.ts';
import { assert } from '../../../domain/assert.ts';
import { DocumentConflictError, type Documents } from '../../../ports/documents.ts';
import type { Health } from '../../../ports/health.ts';
import { assertDocumentName } from '../../documentName.ts';
import { codeOf, status, statusOf } from './blobErrors.ts';

/** Documents as blobs of a container. */
export type BlobDocuments = {
  readonly container: ContainerClient;
  readonly documents: Documents;
  readonly health: Health;
};

export type BlobLimits = {
  /** Tries of one request, the first among them. */
  readonly triesMax: number;
  /** What the service may take for one try. */
  readonly tryMs: number;
  /** Of a request with all its tries: a connection that is dead is noticed by nothing else. */
  readonly requestMs: number;
  /** Before the first repeat; it doubles with each. */
  readonly retryDelayMs: number;
  readonly retryDelayMsMax: number;
};

const blobLimits: BlobLimits = {
  triesMax: 4,
  tryMs: 10_000,
  requestMs: 30_000,
  retryDelayMs: 500,
  retryDelayMsMax: 4_000,
};
/** How often a download that breaks off is taken up again where it was. */
const resumptionsMax = 3;

/**
 * Opens the container. Nothing is asked of it before it is used. A document is created on the
 * condition that its name is free; the policy of the container keeps it as it is after that.
 */
export async function openBlobDocuments(
  settings: BlobSettings,
  changes: Partial<BlobLimits> = {},
): Promise<BlobDocuments> {
  const limits = { ...blobLimits, ...changes };
  const container = await containerOf(settings, pipelineOptions(limits));
  const timed = { container, abortSignal: () => AbortSignal.timeout(limits.requestMs) };
  const get = (name: string) => contentOf(timed, name);
  return {
    container,
    documents: {
      async put(name, content, contentType) {
        assertDocumentName(name);
        if (await create(timed, name, content, contentType)) return;
        if ((await get(name)) === content) return;
        throw new DocumentConflictError(`The document ${name} is there with other content.`);
      },
      get,
    },
    health: {
      name: 'documents',
      async check() {
        await container.getProperties({ abortSignal: timed.abortSignal() });
      },
    },
  };
}

type TimedContainer = {
  readonly container: ContainerClient;
  /** Ends a request that begins now when its time has run out. */
  readonly abortSignal: () => AbortSignal;
};

function pipelineOptions(limits: BlobLimits): StoragePipelineOptions {
  return {
    retryOptions: {
      maxTries: limits.triesMax,
      tryTimeoutInMs: limits.tryMs,
      retryDelayInMs: limits.retryDelayMs,
      maxRetryDelayInMs: limits.retryDelayMsMax,
    },
  };
}

async function containerOf(
  { container, access }: BlobSettings,
  options: StoragePipelineOptions,
): Promise<ContainerClient> {
  if (access.kind === 'emulator') {
    return new ContainerClient(access.connectionString, container, options);
  }
  const { azureCredential } = await import('../credential.ts');
  const url = new URL(container, access.endpoint).href;
  return new ContainerClient(url, azureCredential(access), options);
}

/** False where the name is taken; also by a try of this request whose answer was lost. */
async function create(
  { container, abortSignal }: TimedContainer,
  name: string,
  content: string,
  contentType: string,
): Promise<boolean> {
  const blob = container.getBlockBlobClient(name);
  try {
    await blob.upload(content, Buffer.byteLength(content), {
      abortSignal: abortSignal(),
      conditions: { ifNoneMatch: '*' },
      blobHTTPHeaders: { blobContentType: contentType },
    });
    return true;
  } catch (error) {
    const found = statusOf(error);
    const isTaken = found === status.conflict || found === status.preconditionFailed;
    if (isTaken && (await blob.exists({ abortSignal: abortSignal() }))) return false;
    throw error;
  }
}

async function contentOf(
  { container, abortSignal }: TimedContainer,
  name: string,
): Promise<string | undefined> {
  assertDocumentName(name);
  try {
    const blob = container.getBlockBlobClient(name);
    const { readableStreamBody: body } = await blob.download(0, undefined, {
      abortSignal: abortSignal(),
      maxRetryRequests: resumptionsMax,
    });
    assert(body !== undefined, 'Node.js gives a download as a stream');
    return await text(body);
  } catch (error) {
    // A container that is not there has no documents, but it should have.
    const isMissing = statusOf(error) === status.notFound && codeOf(error) !== 'ContainerNotFound';
    if (isMissing) return undefined;
    throw error;
  }
}
