import type { IncomingMessage } from 'node:http'
import type { Operation } from '@harmont/contract'
import { apiError } from './api-error.ts'
import { type BlobSink, readBuildBody, type UploadedSource } from './build-body.ts'
import { bodyValidator } from './input-validation.ts'
import { parseJson, Utf8Pieces } from './json-text.ts'
import { bodyLimit, jsonBytes, limitedBytes } from './request-bytes.ts'

interface ReadBody {
  readonly body: unknown
  readonly source?: UploadedSource | null
}

/** How the bodies of one operation are read: first as bytes, of which somebody may take note on their way. */
export interface BodyReader {
  readonly bytes: (request: IncomingMessage) => AsyncIterable<Uint8Array>
  readonly read: (bytes: AsyncIterable<Uint8Array>) => Promise<ReadBody>
}

interface ReaderOptions {
  readonly openBlobSink: () => Promise<BlobSink>
  readonly bodyIdleMs: number
}

/** Gives the reader of one operation's bodies: null where it takes none, its bytes where they are signed, else validated by the contract. */
export function bodyReader(operation: Operation, { openBlobSink: openSink, bodyIdleMs }: ReaderOptions): BodyReader {
  const { id, auth, request: shape } = operation
  const limited = (limitBytes: number) => ({ limitBytes, idleMs: bodyIdleMs })
  if (auth === 'signature') {
    const wholeOf = wholeBodies()
    return {
      bytes: (request) => limitedBytes(request, limited(bodyLimit.webhook)),
      read: async (bytes) => ({ body: { raw: await wholeOf(bytes) } }),
    }
  }
  if (shape?.mediaType !== 'application/json') return { bytes: noBytes, read: readNothing }
  const accept = bodyValidator(id)
  const isUpload = id === 'createBuild' || id === 'createBuildBySource'
  return {
    bytes: (request) => jsonBytes(request, limited(isUpload ? bodyLimit.build : bodyLimit.other)),
    read: isUpload
      ? (bytes) => readBuildBody(bytes, { openSink, accept })
      : async (bytes) => ({ body: accept(await readJson(bytes)) }),
  }
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}

/** How many bodies of more than `bodyLimit.other` are held at a time: whoever sent them shows only at their end whether they may. */
const mostLargeBodies = 8

/** Gives what reads a body as it was sent. Throws 503 for a large one while too many are being read. */
function wholeBodies(): (bytes: AsyncIterable<Uint8Array>) => Promise<Buffer> {
  let largeBodies = 0
  return async (bytes) => {
    const chunks: Uint8Array[] = []
    let size = 0
    let isLarge = false
    try {
      for await (const chunk of bytes) {
        size += chunk.length
        if (!isLarge && size > bodyLimit.other) {
          if (largeBodies >= mostLargeBodies) throw tooManyLargeBodies()
          largeBodies += 1
          isLarge = true
        }
        chunks.push(chunk)
      }
      return Buffer.concat(chunks)
    } finally {
      if (isLarge) largeBodies -= 1
    }
  }
}

function tooManyLargeBodies(): Error {
  return apiError('service_unavailable', 'Too many large bodies are being received just now; send it again.')
}

async function readJson(bytes: AsyncIterable<Uint8Array>): Promise<unknown> {
  const utf8 = new Utf8Pieces()
  let text = ''
  for await (const chunk of bytes) text += utf8.push(chunk)
  return parseJson(text + utf8.end())
}

/** Reads to the end, so that whoever hashes a request has its hash. */
async function readNothing(bytes: AsyncIterable<Uint8Array>): Promise<ReadBody> {
  for await (const _ of bytes);
  return { body: null }
}
