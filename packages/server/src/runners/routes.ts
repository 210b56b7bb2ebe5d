/** The calls of a runner without a token: it joins, gets a token, replaces its key, and drains. */
import type { IncomingMessage } from 'node:http'
import { Ajv } from 'ajv'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type pg from 'pg'
import type { Actor } from '../platform/audit/record-audit.ts'
import { clientAddress } from '../platform/http/request/client-address.ts'
import type { RateLimiter } from '../platform/rate-limits/limiter.ts'
import { joinRunner } from './join.ts'
import { RunnerRefused } from './refusals.ts'
import { type RotateRequest, rotateKey } from './rotate.ts'
import { type DrainRequest, drainAsAsked, issueToken, type TokenRequest } from './tokens.ts'

interface RunnerServices {
  readonly pool: pg.Pool
  readonly limiter: RateLimiter
  readonly trustedProxies: readonly string[]
  /** Requests from draining runners the files that builds need. */
  readonly wantFiles: () => Promise<void>
}

interface JoinBody {
  readonly key: string
  readonly public_key: string
  readonly name: string
}

const longestBody = 8 * 1024
const ajv = new Ajv({ strict: true })
const words = (longest: number) => ({ type: 'string', pattern: `^[ -~]{1,${longest}}$` }) as const
const count = { type: 'integer', minimum: 0, maximum: 2 ** 31 - 2 } as const

const publicKey = { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' } as const
const signed = {
  runner: { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' },
  counter: count,
  signature: { type: 'string', pattern: '^[A-Za-z0-9_-]{86}$' },
} as const

const isJoinBody = ajv.compile<JoinBody>({
  type: 'object',
  required: ['key', 'public_key', 'name'],
  properties: { key: words(200), public_key: publicKey, name: words(255) },
})

const isTokenBody = ajv.compile<TokenRequest>({
  type: 'object',
  required: ['runner', 'counter', 'session', 'signature', 'version', 'slots'],
  properties: {
    ...signed,
    session: { ...count, nullable: true },
    version: words(100),
    protocol: count,
    slots: { type: 'integer', minimum: 1, maximum: 1024 },
  },
})

const isRotateBody = ajv.compile<RotateRequest>({
  type: 'object',
  required: ['runner', 'counter', 'session', 'public_key', 'signature', 'new_signature'],
  properties: {
    ...signed,
    session: { ...count, nullable: true },
    public_key: publicKey,
    new_signature: signed.signature,
  },
})

const isDrainBody = ajv.compile<DrainRequest>({
  type: 'object',
  required: ['runner', 'counter', 'signature'],
  properties: signed,
})

/** Answers the calls `join`, `token`, `rotate` and `drain`; undefined for any other path. */
export function answerStrangers({ pool, limiter, trustedProxies, wantFiles }: RunnerServices) {
  const addressOf = clientAddress(trustedProxies)
  const actorOf = ({ raw, id: requestId }: FastifyRequest): Actor => {
    return { userId: null, address: addressOf(raw), userAgent: null, requestId }
  }
  const answers: Readonly<Record<string, (body: unknown, request: FastifyRequest) => Promise<object>>> = {
    async join(body, request) {
      if (!isJoinBody(body)) throw malformed(isJoinBody.errors?.[0])
      const { key, public_key, name } = body
      return { runner: await joinRunner(pool, { key, publicKey: public_key, name }, actorOf(request)) }
    },
    async token(body) {
      if (!isTokenBody(body)) throw malformed(isTokenBody.errors?.[0])
      return issueToken(pool, body)
    },
    async rotate(body, request) {
      if (!isRotateBody(body)) throw malformed(isRotateBody.errors?.[0])
      return rotateKey(pool, body, actorOf(request))
    },
    async drain(body) {
      if (!isDrainBody(body)) throw malformed(isDrainBody.errors?.[0])
      return drainAsAsked(pool, body, wantFiles)
    },
  }
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { raw } = request
    const answer = raw.method === 'POST' ? answers[(raw.url ?? '').slice('/runners/v1/'.length)] : undefined
    if (answer === undefined) return undefined
    const address = addressOf(raw)
    try {
      return reply.send(await answer(await readBody(raw), request))
    } catch (error) {
      if (!(error instanceof RunnerRefused)) throw error
      // Limits guesses. A starting runner does not know its counter yet.
      if (error.code !== 'runner_counter_stale') await limiter.take('anonymous', address)
      const { status, code, message, counter } = error
      return reply.code(status).send({ code, message, ...(counter !== undefined && { counter }) })
    }
  }
}

async function readBody(raw: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > longestBody) throw malformed({ message: `must have at most ${longestBody} bytes` })
    parts.push(part)
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString())
  } catch {
    throw malformed({ message: 'must be JSON' })
  }
}

function malformed(problem?: { readonly instancePath?: string; readonly message?: string | undefined }): RunnerRefused {
  const { instancePath = '', message = 'has another form than expected' } = problem ?? {}
  return new RunnerRefused('runner_request_invalid', `The body${instancePath} ${message}.`)
}
