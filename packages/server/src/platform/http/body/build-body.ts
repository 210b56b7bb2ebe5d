import { createHash, type Hash } from 'node:crypto'
import { apiError, type ErrorDetails } from '../api-error.ts'
import type { BudgetShare } from './body-budget.ts'
import { parseJson, Utf8Pieces } from './json-text.ts'
import { InvalidJson, type SourceEvent, SourceSplitter } from './source-splitter.ts'

/** Receives the bytes of a source archive as they arrive. */
export interface BlobSink {
  write(bytes: Uint8Array): Promise<void>
  /** Makes the blob durable and returns its name. */
  finish(): Promise<string>
  /** Removes the partial blob. Must be safe after a failed write or finish. */
  abort(): Promise<void>
}

/** A source archive that was uploaded with a build. */
export interface UploadedSource {
  /** The blob's name; null for `""`, an empty tree. */
  readonly blob: string | null
  /** Lower-case hex of the decoded bytes. */
  readonly sha256: string
  readonly bytes: number
}

/** The body of a build without `source_b64`, and the upload from that member. */
export interface BuildBody<T> {
  readonly body: T
  /** null: no upload. */
  readonly source: UploadedSource | null
}

interface BuildBodyOptions<T> {
  readonly openSink: () => Promise<BlobSink>
  /**
   * Validates the parsed body before the blob is made durable. `fieldErrors` are the errors of the
   * source. Throws to refuse the body.
   */
  readonly accept: (body: unknown, fieldErrors: NonNullable<ErrorDetails['errors']>) => T
  /** Is notified of the memory held by the body without its source. */
  readonly held: Pick<BudgetShare, 'hold'>
  /** The largest body without its source, in characters. */
  readonly mostText: number
}

/**
 * Reads the body of a build. The top-level `source_b64` is decoded into a sink as it arrives and is
 * never held in memory. Throws 400 `invalid_json`, 413 as soon as the rest is too large, and errors
 * of `accept`, the stream and the sink. The sink is then removed.
 */
export async function readBuildBody<T>(
  stream: AsyncIterable<Uint8Array>,
  options: BuildBodyOptions<T>,
): Promise<BuildBody<T>> {
  const upload = new Upload(options.openSink)
  try {
    const body = parseJson(await readRest(stream, upload, options))
    const errors = upload.isBase64() ? [] : [{ field: 'source_b64', message: 'must be standard base64 with padding' }]
    const accepted = options.accept(body, errors)
    return { body: accepted, source: await upload.finish() }
  } catch (error) {
    await upload.discard()
    throw error instanceof InvalidJson ? apiError('invalid_json', `The body must be JSON; ${error.message}.`) : error
  }
}

async function readRest(
  stream: AsyncIterable<Uint8Array>,
  upload: Upload,
  { held, mostText }: Pick<BuildBodyOptions<unknown>, 'held' | 'mostText'>,
): Promise<string> {
  const splitter = new SourceSplitter()
  const utf8 = new Utf8Pieces()
  for await (const chunk of stream) {
    for (const event of splitter.push(utf8.push(chunk))) await upload.take(event)
    const length = splitter.restLength
    if (length > mostText) throw tooMuchText(mostText)
    held.hold(length)
  }
  for (const event of splitter.push(utf8.end())) await upload.take(event)
  return splitter.rest()
}

function tooMuchText(mostText: number): Error {
  const message = `The body must have at most ${mostText} characters besides \`source_b64\`.`
  return apiError('payload_too_large', message, { limit_bytes: mostText })
}

/** Decodes the current value of `source_b64` into a sink, which is opened with the first byte. */
class Upload {
  readonly #openSink: () => Promise<BlobSink>
  #sink: BlobSink | null = null
  #value: { readonly decoder: Base64Decoder; readonly hash: Hash; bytes: number } | null = null

  constructor(openSink: () => Promise<BlobSink>) {
    this.#openSink = openSink
  }

  async take(event: SourceEvent): Promise<void> {
    switch (event.kind) {
      case 'start':
        await this.discard()
        this.#value = { decoder: new Base64Decoder(), hash: createHash('sha256'), bytes: 0 }
        return
      case 'replaced':
        return this.discard()
      case 'text':
        return this.#write(event.text)
      case 'end':
        return
    }
  }

  isBase64(): boolean {
    return this.#value === null || this.#value.decoder.isComplete()
  }

  async discard(): Promise<void> {
    const sink = this.#sink
    this.#sink = null
    this.#value = null
    await sink?.abort()
  }

  async finish(): Promise<UploadedSource | null> {
    if (this.#value === null) return null
    const blob = this.#sink === null ? null : await this.#sink.finish()
    return { blob, sha256: this.#value.hash.digest('hex'), bytes: this.#value.bytes }
  }

  async #write(text: string): Promise<void> {
    if (this.#value === null) return
    const bytes = this.#value.decoder.push(text)
    if (bytes.length === 0) return
    this.#value.hash.update(bytes)
    this.#value.bytes += bytes.length
    this.#sink ??= await this.#openSink()
    await this.#sink.write(bytes)
  }
}

/** Decodes standard padded base64 that arrives in pieces, and detects any other spelling. */
class Base64Decoder {
  #pending = ''
  #isPadded = false
  #isBroken = false

  /** Returns the bytes that `text` completes; none once the input is broken. */
  push(text: string): Buffer {
    const whole = this.#pending + text
    const length = whole.length - (whole.length % 4)
    this.#pending = whole.slice(length)
    return this.#decode(whole.slice(0, length))
  }

  /** Returns whether the whole input is base64. Must be called after the last piece. */
  isComplete(): boolean {
    return !this.#isBroken && this.#pending === ''
  }

  #decode(groups: string): Buffer {
    if (groups === '' || this.#isBroken) return Buffer.alloc(0)
    const bytes = Buffer.from(groups, 'base64')
    // Buffer.from skips unknown characters, so only text that encodes back to itself is canonical
    // base64.
    this.#isBroken = this.#isPadded || bytes.toString('base64') !== groups
    this.#isPadded = groups.endsWith('=')
    return this.#isBroken ? Buffer.alloc(0) : bytes
  }
}
