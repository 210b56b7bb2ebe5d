import type { Auth, JsonSchema, Verb } from '../src/document.ts'
import type { ErrorCode } from '../src/errors.ts'

/** One operation of ours: a row of `http.md` 1.1 to 1.3, of `web.md` 17 or of `sdk-cli.md` 5.11. */
export interface AddedOperation {
  readonly route: `${Uppercase<Verb>} /${string}`
  readonly id: string
  readonly auth: Auth
  readonly internal?: true
  readonly tag: string
  readonly summary: string
  readonly query?: Readonly<Record<string, JsonSchema>>
  /** Takes the header `Idempotency-Key`. */
  readonly idempotent?: true
  /** Name of the request schema, or the media type of a body that is not JSON. */
  readonly request?: string
  /** Successful answers: name of the schema, media type of a body that is not JSON, or null without a body. */
  readonly success: Readonly<Record<number, string | null>>
  readonly errors?: readonly ErrorCode[]
}

/** Where the operations of an organization begin. */
export const org = '/api/v0/organizations/{org}'
/** Where the operations of a pipeline begin. */
export const pipeline = `${org}/pipelines/{pipeline}` as const
/** Where the operations of a build begin. */
export const build = `${pipeline}/builds/{number}` as const

/** What an `Idempotency-Key` can do wrong. */
export const idempotencyErrors: readonly ErrorCode[] = [
  'idempotency_key_invalid',
  'idempotency_key_in_progress',
  'idempotency_key_reused',
]

/** The gates of `http.md` 7.1 that every new work of a build passes. */
export const buildGates: readonly ErrorCode[] = [
  'pipeline_archived',
  'pipeline_manual_disabled',
  'billing_insufficient_balance',
]
