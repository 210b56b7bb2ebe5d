import { createHash } from 'node:crypto'
import type { Operation } from '@harmont/contract'
import type { Logger } from 'pino'
import { ApiError, apiError } from '../api-error.ts'
import type { Caller } from '../request/caller.ts'
import { envelopeOf } from '../response/send-error.ts'
import type { Attempt, Idempotency, IdempotencyKeys, StoredAnswer } from './idempotency.ts'
import type { AnyReply } from './operation.ts'

/** A request that may arrive twice and must take effect once. */
interface OnceRequest {
  readonly operation: Operation
  readonly caller: Caller
  /** The value of the header as sent. */
  readonly key: string
  readonly params: Readonly<Record<string, string | number>>
  readonly body: AsyncIterable<Uint8Array>
  /** Performs the operation. */
  readonly answer: (body: AsyncIterable<Uint8Array>, idempotency: Idempotency) => Promise<AnyReply>
  /** Renders the response to an earlier request. */
  readonly replay: (subject: string) => Promise<AnyReply>
}

interface OnceServices {
  readonly idempotencyKeys: IdempotencyKeys
  readonly publicUrl: string
}

/** Returns whether an operation takes `Idempotency-Key`. */
export function takesIdempotencyKey({ parameters }: Operation): boolean {
  return parameters.some((parameter) => parameter.in === 'header' && parameter.name === 'Idempotency-Key')
}

/**
 * Answers a request with an `Idempotency-Key` (`http.md` 7.5). The first request performs the
 * operation, and repetitions get its response. Throws 400 for a malformed key, 422 for the key of
 * another request, and 409 while the first request is running. A request that is refused before its
 * body has been read leaves nothing behind.
 */
export async function answerOnce(
  { idempotencyKeys, publicUrl }: OnceServices,
  request: OnceRequest,
  { requestId, log }: { readonly requestId: string; readonly log: Logger },
): Promise<AnyReply> {
  const { operation, caller, key } = request
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw apiError('idempotency_key_invalid', '`Idempotency-Key` must have 1 to 255 visible ASCII characters.')
  const hashed = new HashedBody(pathOf(request), request.body)
  const claim = await idempotencyKeys.claim({ userId: caller.userId, operationId: operation.id, key })
  if (claim.kind === 'running') throw stillRuns()
  if (claim.kind === 'answered') {
    await hashed.requireSame(claim.requestHash)
    return replayed(claim.answer)
  }
  const { attempt, kept } = claim
  try {
    const reply = await (kept === null ? first(request, hashed, attempt) : again(request, hashed, kept))
    await storeAnswer(attempt, hashed, replyToStore(reply), log)
    return kept === null ? reply : replayed(reply)
  } catch (error) {
    await storeAnswer(attempt, hashed, errorToStore(error, requestId, publicUrl), log)
    throw error
  }
}

/**
 * Returns the 409. With this `Retry-After`, the five attempts of released clients outlast the lease
 * (20 s) of a request whose process was killed.
 */
export function stillRuns(): ApiError {
  return apiError(
    'idempotency_key_in_progress',
    'The first request with this `Idempotency-Key` is still running; retry.',
    { headers: { 'retry-after': '5' } },
  )
}

function first({ answer }: OnceRequest, hashed: HashedBody, attempt: Attempt): Promise<AnyReply> {
  return answer(hashed.bytes(), { keep: (client, subject) => attempt.keep(client, subject, hashed.hash()) })
}

async function again(
  { replay }: OnceRequest,
  hashed: HashedBody,
  kept: { readonly subject: string; readonly requestHash: string },
): Promise<AnyReply> {
  await hashed.requireSame(kept.requestHash)
  return replay(kept.subject)
}

/** Stores the answer. A failure is only logged, because the operation itself has succeeded. */
async function storeAnswer(
  attempt: Attempt,
  hashed: HashedBody,
  answer: StoredAnswer | null,
  log: Logger,
): Promise<void> {
  try {
    if (answer === null || !hashed.isWhole) await attempt.release()
    else await attempt.finish(hashed.hash(), answer)
  } catch (error) {
    log.warn({ err: error }, 'could not store the response of an Idempotency-Key')
  }
}

function replyToStore({ status, headers = {}, body }: AnyReply): StoredAnswer {
  const location = headers.location
  return { status, headers: typeof location === 'string' ? { location } : {}, body }
}

/**
 * Returns the response to store; null for errors that must not be replayed: faults, limits, and a
 * key of another request.
 */
function errorToStore(error: unknown, requestId: string, publicUrl: string): StoredAnswer | null {
  if (!(error instanceof ApiError) || error.status >= 500 || error.status === 429) return null
  if (error.code === 'idempotency_key_reused' || error.code === 'idempotency_key_in_progress') return null
  return { status: error.status, headers: {}, body: envelopeOf(error, { requestId, publicUrl }) }
}

function replayed(answer: AnyReply): AnyReply {
  return { ...answer, headers: { ...answer.headers, 'idempotent-replayed': 'true' } }
}

/** Returns the same text for both versions of the API. */
function pathOf({ operation: { method, path }, params }: OnceRequest): string {
  return `${method} ${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))}\n`
}

/** Hashes path and body while the body is read. */
class HashedBody {
  readonly #body: AsyncIterable<Uint8Array>
  readonly #hash
  #digest: string | null = null

  constructor(path: string, body: AsyncIterable<Uint8Array>) {
    this.#hash = createHash('sha256').update(path)
    this.#body = body
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#body) {
      this.#hash.update(chunk)
      yield chunk
    }
    this.#digest = this.#hash.digest('hex')
  }

  /** Whether the body has been read to its end. */
  get isWhole(): boolean {
    return this.#digest !== null
  }

  hash(): string {
    if (this.#digest === null) throw new Error('the hash of a body was requested before its end')
    return this.#digest
  }

  /** Reads the body. Throws 422 unless path and body are those of the first request. */
  async requireSame(requestHash: string): Promise<void> {
    for await (const _ of this.bytes());
    if (this.hash() !== requestHash)
      throw apiError(
        'idempotency_key_reused',
        'This `Idempotency-Key` was used with a different request; send a new one.',
      )
  }
}
