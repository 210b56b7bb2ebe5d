import type { OperationId } from '@harmont/contract'
import type { Binding } from './operation.ts'

/** Operations that the HTTP shell answers itself. */
type ShellId = 'getOpenApiDocument'

/** Operations that feature code binds. */
export type BoundId = Exclude<OperationId, ShellId>

/** One binding for every operation: a missing or surplus one does not compile. */
export type Handlers = { readonly [Id in BoundId]: Binding<Id> }
