import type { Readable } from 'node:stream'
import type { OperationId, operationAuth, operations } from '@harmont/contract'
import type { Logger } from 'pino'
import type { UploadedSource } from '../body/build-body.ts'
import type { Caller, Client, Membership } from '../request/caller.ts'
import type { Credential } from '../request/credential.ts'
import type { Idempotency } from './idempotency.ts'

/** Operations whose `source_b64` is removed from the body as it arrives. */
type UploadId = 'createBuild' | 'createBuildBySource'

type Operations = operations

/** The path parameters of an operation. A malformed integer becomes 0, which matches nothing. */
type Params<Id extends OperationId> = Operations[Id]['parameters'] extends { path: infer P } ? P : Record<never, never>

type GivenQuery<Id extends OperationId> = Operations[Id]['parameters'] extends { query?: infer Q }
  ? NonNullable<Q>
  : Record<never, never>

/** The query parameters of an operation. Those of a paged operation always include `limit`. */
type Query<Id extends OperationId> =
  GivenQuery<Id> extends { limit?: number } ? Omit<GivenQuery<Id>, 'limit'> & { limit: number } : GivenQuery<Id>

type RequestContent<Id extends OperationId> = Operations[Id] extends { requestBody?: infer B }
  ? NonNullable<B> extends { content: infer C }
    ? C
    : never
  : never

/**
 * The JSON body of an operation, without a streamed `source_b64`; bytes if the body is signed; null
 * for an operation without a body.
 */
export type Body<Id extends OperationId> = operationAuth[Id] extends 'signature'
  ? { readonly raw: Buffer }
  : RequestContent<Id> extends { 'application/json': infer J }
    ? Id extends UploadId
      ? Omit<J, 'source_b64'>
      : J
    : null

/** A response body with every member of its schema; a member without a value is null. */
export type Complete<T> = T extends readonly (infer Item)[]
  ? readonly Complete<Item>[]
  : T extends object
    ? { [K in keyof T]-?: Complete<Exclude<T[K], undefined>> }
    : T

type SuccessStatus = 200 | 201 | 202 | 204 | 206 | 302 | 304

/** A list for a header that is sent several times, such as `set-cookie`. */
type Headers = Readonly<Record<string, string | string[]>>

type ReplyOf<Status, Response> = Response extends { content: { 'application/json': infer J } }
  ? { readonly status: Status; readonly body: Complete<J>; readonly headers?: Headers }
  : Response extends { content: infer Content extends Record<string, unknown> }
    ? {
        readonly status: Status
        readonly headers?: Headers
        /**
         * Called once, for GET only. Returns a `Readable`, so that a slow reader slows down the
         * source.
         */
        readonly open: () => Readable
        readonly mediaType: keyof Content & string
        /** The first byte may take long, so the headers are sent immediately. */
        readonly isLive?: boolean
      }
    : { readonly status: Status; readonly headers?: Headers }

/** A successful response of the contract with its body. Errors are thrown as `apiError`. */
export type Reply<Id extends OperationId> = {
  [Status in keyof Operations[Id]['responses'] & SuccessStatus]: ReplyOf<Status, Operations[Id]['responses'][Status]>
}[keyof Operations[Id]['responses'] & SuccessStatus]

type CallerPart<Id extends OperationId> = operationAuth[Id] extends 'bearer' | 'member'
  ? { readonly caller: Caller }
  : Record<never, never>

type MembershipPart<Id extends OperationId> = operationAuth[Id] extends 'member'
  ? Params<Id> extends { org: string }
    ? { readonly membership: Membership }
    : Record<never, never>
  : Record<never, never>

/** The part of a request that is known before its body is read. */
export type RequestContext<Id extends OperationId> = {
  readonly operationId: Id
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly params: Params<Id>
  /** Returns the value of a header as sent, by its lower-case name; null if absent. */
  readonly header: (name: string) => string | null
  /**
   * The token of `Authorization: Bearer`; null if absent. It is verified only if there is a
   * `caller`.
   */
  readonly bearer: string | null
  /** The unverified bearer token or session cookie; null if absent. */
  readonly credential: Credential | null
  readonly client: Client
  /** Returns the value of a cookie as sent; null if absent. */
  readonly cookie: (name: string) => string | null
  readonly requestId: string
  readonly log: Logger
  /** Aborted when the client disconnects before its response is complete. */
  readonly signal: AbortSignal
} & CallerPart<Id> &
  MembershipPart<Id>

type SourcePart<Id extends OperationId> = Id extends UploadId
  ? { /** null = no upload. */ readonly source: UploadedSource | null }
  : Record<never, never>

type IdempotencyPart<Id extends OperationId> = Operations[Id]['parameters'] extends {
  header?: { 'Idempotency-Key'?: string }
}
  ? { /** null = the request came without an `Idempotency-Key`. */ readonly idempotency: Idempotency | null }
  : Record<never, never>

/** The argument of a handler: context, scope and validated body. */
export type HandleContext<Id extends OperationId, Scope> = RequestContext<Id> & {
  readonly scope: Scope
  readonly query: Query<Id>
  readonly body: Body<Id>
} & SourcePart<Id> &
  IdempotencyPart<Id>
