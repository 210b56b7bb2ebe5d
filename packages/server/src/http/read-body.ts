import type { IncomingMessage } from 'node:http'
import type { Operation } from '@harmont/contract'
import { type BlobSink, readBuildBody, type UploadedSource } from './build-body.ts'
import { bodyValidator } from './input-validation.ts'
import { parseJson, Utf8Pieces } from './json-text.ts'
import { bodyLimit, jsonBytes, rawBytes } from './request-bytes.ts'

interface ReadBody {
  readonly body: unknown
  readonly source?: UploadedSource | null
}

/** Reads the body of one operation. */
export type BodyReader = (request: IncomingMessage) => Promise<ReadBody>

interface ReaderOptions {
  readonly openBlobSink: () => Promise<BlobSink>
  readonly bodyIdleMs: number
}

/** Gives the reader of one operation's bodies: null where it takes none, its bytes where they are signed, else validated by the contract. */
export function bodyReader(operation: Operation, options: ReaderOptions): BodyReader {
  const { id, auth, request: shape } = operation
  const idleMs = options.bodyIdleMs
  if (auth === 'signature')
    return async (request) => ({ body: { raw: await rawBytes(request, { limitBytes: bodyLimit.webhook, idleMs }) } })
  if (shape?.mediaType !== 'application/json') return async () => ({ body: null })
  const accept = bodyValidator(id)
  if (id === 'createBuild' || id === 'createBuildBySource') {
    return async (request) => {
      const bytes = jsonBytes(request, { limitBytes: bodyLimit.build, idleMs })
      return readBuildBody(bytes, { openSink: options.openBlobSink, accept })
    }
  }
  return async (request) => ({
    body: accept(await readJson(jsonBytes(request, { limitBytes: bodyLimit.other, idleMs }))),
  })
}

async function readJson(bytes: AsyncIterable<Uint8Array>): Promise<unknown> {
  const utf8 = new Utf8Pieces()
  let text = ''
  for await (const chunk of bytes) text += utf8.push(chunk)
  return parseJson(text + utf8.end())
}
