import type { Readable } from 'node:stream'
import type { OperationId } from '@harmont/contract'
import type { HandleContext, Reply, RequestContext } from './types.ts'

/** The part of a request that is read after the checks. */
type Input<Id extends OperationId> = Omit<HandleContext<Id, unknown>, keyof RequestContext<Id> | 'scope'>

/**
 * An operation bound to its code. `begin` needs no body; the function that it returns does the
 * rest.
 */
export interface Binding<Id extends OperationId> {
  readonly operationId: Id
  readonly begin: (context: RequestContext<Id>) => Promise<(input: Input<Id>) => Promise<Reply<Id>>>
  /** null: the operation records nothing. */
  readonly replay: Replay<Id> | null
}

/**
 * Renders the response again from the `subject` that an earlier request has recorded, see
 * `Idempotency`.
 */
type Replay<Id extends OperationId> = (subject: string, context: RequestContext<Id>) => Promise<Reply<Id>>

interface Steps<Id extends OperationId, Scope> {
  /**
   * Finds the resources that the path names (404) and performs the checks that need no body (403,
   * 409, 402). Runs before a byte of the body is read.
   */
  readonly resolve: (context: RequestContext<Id>) => Promise<Scope>
  readonly handle: (context: HandleContext<Id, Scope>) => Promise<Reply<Id>>
  /** Required by a `handle` that calls `idempotency.keep`. */
  readonly replay?: Replay<Id>
}

/** Binds an operation of the contract whose checks begin before the body is read. */
export function scopedOperation<Id extends OperationId, Scope>(operationId: Id, steps: Steps<Id, Scope>): Binding<Id> {
  return {
    operationId,
    begin: async (context) => {
      const scope = await steps.resolve(context)
      return (input) => steps.handle({ ...context, ...input, scope } as HandleContext<Id, Scope>)
    },
    replay: steps.replay ?? null,
  }
}

/** Binds an operation of the contract without checks before its body. */
export function operation<Id extends OperationId>(
  operationId: Id,
  handle: (context: HandleContext<Id, null>) => Promise<Reply<Id>>,
): Binding<Id> {
  return scopedOperation(operationId, { resolve: async () => null, handle })
}

/** Every operation that features bind. The HTTP layer itself implements the other one. */
export type BoundId = Exclude<OperationId, 'getOpenApiDocument'>

/** One binding for every operation. The compiler rejects a missing or surplus one. */
export type Handlers = { readonly [Id in BoundId]: Binding<Id> }

/** Binds operations that record nothing and whose code is loaded with the first request for one of them. */
export function lateOperations<Id extends BoundId>(
  ids: readonly Id[],
  load: () => Promise<Pick<Handlers, Id>>,
): Pick<Handlers, Id> {
  let loading: Promise<Pick<Handlers, Id>> | undefined
  const bound = <One extends Id>(operationId: One): Binding<One> => ({
    operationId,
    async begin(context) {
      loading ??= load()
      const handlers: { readonly [Each in Id]: Binding<Each> } = await loading
      return handlers[operationId].begin(context)
    },
    replay: null,
  })
  return Object.fromEntries(ids.map((id) => [id, bound(id)])) as Pick<Handlers, Id>
}

/** The common form of every `Reply` of the contract. */
export interface AnyReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: unknown
  readonly open?: () => Readable
  readonly mediaType?: string
  readonly isLive?: boolean
}

/** The common form of every `Binding`. */
export interface AnyBinding {
  readonly begin: (context: never) => Promise<(input: never) => Promise<AnyReply>>
  readonly replay: ((subject: string, context: never) => Promise<AnyReply>) | null
}
