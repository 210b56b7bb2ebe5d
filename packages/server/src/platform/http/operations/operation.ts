import type { Readable } from 'node:stream'
import type { OperationId } from '@harmont/contract'
import type { HandleContext, Reply, RequestContext } from './types.ts'

/** What of a request is read after the gates. */
type Input<Id extends OperationId> = Omit<HandleContext<Id, unknown>, keyof RequestContext<Id> | 'scope'>

/** An operation bound to the code that does it, as the shell runs it: first what needs no body, then the rest. */
export interface Binding<Id extends OperationId> {
  readonly operationId: Id
  readonly begin: (context: RequestContext<Id>) => Promise<(input: Input<Id>) => Promise<Reply<Id>>>
  /** null where nothing is kept for it. */
  readonly replay: Replay<Id> | null
}

/** Renders the answer again of what an earlier request has kept as `subject`, see `Idempotency`. */
type Replay<Id extends OperationId> = (subject: string, context: RequestContext<Id>) => Promise<Reply<Id>>

interface Steps<Id extends OperationId, Scope> {
  /** Finds what the path names (404) and asks the gates that need no body (403, 409, 402). Runs before a byte of the body is read. */
  readonly resolve: (context: RequestContext<Id>) => Promise<Scope>
  readonly handle: (context: HandleContext<Id, Scope>) => Promise<Reply<Id>>
  /** Needed by a `handle` that calls `idempotency.keep`. */
  readonly replay?: Replay<Id>
}

/** Binds an operation of the contract whose path or gates need a look before the body is read. */
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

/** Binds an operation of the contract that needs nothing but its input. */
export function operation<Id extends OperationId>(
  operationId: Id,
  handle: (context: HandleContext<Id, null>) => Promise<Reply<Id>>,
): Binding<Id> {
  return scopedOperation(operationId, { resolve: async () => null, handle })
}

/** Operations that features bind: all but the one that the HTTP layer answers itself. */
export type BoundId = Exclude<OperationId, 'getOpenApiDocument'>

/** One binding for every operation: a missing or surplus one does not compile. */
export type Handlers = { readonly [Id in BoundId]: Binding<Id> }

/** The same as every `Reply` of the contract, as the shell sends it. */
export interface AnyReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: unknown
  readonly open?: () => Readable
  readonly mediaType?: string
  readonly isLive?: boolean
}

/** A `Binding` of any operation, as the shell runs it. */
export interface AnyBinding {
  readonly begin: (context: never) => Promise<(input: never) => Promise<AnyReply>>
  readonly replay: ((subject: string, context: never) => Promise<AnyReply>) | null
}
