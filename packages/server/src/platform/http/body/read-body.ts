import type { IncomingMessage } from 'node:http'
import type { Operation } from '@harmont/contract'
import type { BudgetShare } from './body-budget.ts'
import { type BlobSink, readBuildBody, type UploadedSource } from './build-body.ts'
import { bodyValidator } from './input-validation.ts'
import { parseJson, Utf8Pieces } from './json-text.ts'
import { bodyLimit, jsonBytes, limitedBytes } from './request-bytes.ts'

interface ReadBody {
  readonly body: unknown
  readonly source?: UploadedSource | null
}

/**
 * Reads the bodies of one operation: first the bytes, which can be hashed in passing, then their
 * content.
 */
export interface BodyReader {
  readonly bytes: (request: IncomingMessage) => AsyncIterable<Uint8Array>
  /** Parses the bytes. Reports the memory in use to `held`. */
  readonly read: (bytes: AsyncIterable<Uint8Array>, held: BudgetShare) => Promise<ReadBody>
}

interface ReaderOptions {
  readonly openBlobSink: () => Promise<BlobSink>
  readonly bodyIdleMs: number
}

/**
 * Returns the body reader of an operation. The body is null if the operation takes none, bytes if
 * it is signed, and otherwise validated by the contract.
 */
export function bodyReader(operation: Operation, { openBlobSink: openSink, bodyIdleMs }: ReaderOptions): BodyReader {
  const { id, auth, request: shape } = operation
  const limited = (limitBytes: number) => ({ limitBytes, idleMs: bodyIdleMs })
  if (auth === 'signature') {
    return {
      bytes: (request) => limitedBytes(request, limited(bodyLimit.webhook)),
      read: async (bytes, held) => ({ body: { raw: await readWhole(bytes, held) } }),
    }
  }
  if (shape?.mediaType !== 'application/json') return { bytes: noBytes, read: readNothing }
  const accept = bodyValidator(id)
  const isUpload = id === 'createBuild' || id === 'createBuildBySource'
  return {
    bytes: (request) => jsonBytes(request, limited(isUpload ? bodyLimit.build : bodyLimit.other)),
    read: isUpload
      ? (bytes, held) => readBuildBody(bytes, { openSink, accept, held, mostText: bodyLimit.buildText })
      : async (bytes, held) => ({ body: accept(await readJson(bytes, held)) }),
  }
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}

async function readWhole(bytes: AsyncIterable<Uint8Array>, held: BudgetShare): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    held.hold(size)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function readJson(bytes: AsyncIterable<Uint8Array>, held: BudgetShare): Promise<unknown> {
  const utf8 = new Utf8Pieces()
  let text = ''
  for await (const chunk of bytes) {
    text += utf8.push(chunk)
    held.hold(text.length)
  }
  return parseJson(text + utf8.end())
}

/** Reads the body to its end, so that the request can be hashed. */
async function readNothing(bytes: AsyncIterable<Uint8Array>): Promise<ReadBody> {
  for await (const _ of bytes);
  return { body: null }
}
