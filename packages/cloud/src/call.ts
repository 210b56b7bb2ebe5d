import type { operations } from '@harmont/contract'
import type { StreamedBody } from './streamed-body.ts'

/** Options of one call, besides its input. */
export interface CallOptions {
  readonly signal?: AbortSignal
  /** Override the client's own headers. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * The idempotency key of an operation that takes effect once per key. Default: a random key if
   * the call may be repeated.
   */
  readonly idempotencyKey?: string
  /** Total number of tries, if the call may be repeated. Default: 5. */
  readonly attempts?: number
}

type ParametersOf<Id extends keyof operations> = operations[Id]['parameters']
type PathOf<Id extends keyof operations> =
  ParametersOf<Id> extends { path: infer P } ? { readonly [Name in keyof P]: string | number } : unknown
type QueryOf<Id extends keyof operations> =
  ParametersOf<Id> extends { query?: infer Q }
    ? [NonNullable<Q>] extends [never]
      ? unknown
      : { readonly [Name in keyof NonNullable<Q>]: NonNullable<Q>[Name] | undefined }
    : unknown

type RequestOf<Id extends keyof operations> = operations[Id] extends { requestBody?: infer R }
  ? NonNullable<R> extends { content: { 'application/json': infer B } }
    ? B
    : never
  : never

type BodyOf<Id extends keyof operations> = [RequestOf<Id>] extends [never]
  ? unknown
  : object extends RequestOf<Id>
    ? { readonly body?: RequestOf<Id> }
    : { readonly body: RequestOf<Id> | StreamedBody<RequestOf<Id>> }

/** Path and query parameters by name, and the body. */
export type Input<Id extends keyof operations> = PathOf<Id> & QueryOf<Id> & BodyOf<Id>

type ResponsesOf<Id extends keyof operations> = operations[Id]['responses']
type SuccessOf<Id extends keyof operations> = Extract<keyof ResponsesOf<Id>, 200 | 201 | 202 | 204>
type ContentOf<R> = R extends { content: infer C }
  ? [C] extends [undefined]
    ? undefined
    : C extends { 'application/json': infer J }
      ? J
      : Response
  : undefined

/** The JSON of the answer, if any; the response itself for a stream or text. */
export type Answer<Id extends keyof operations> = ContentOf<ResponsesOf<Id>[SuccessOf<Id>]>
