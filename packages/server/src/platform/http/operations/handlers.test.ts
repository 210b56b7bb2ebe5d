import { operationTable } from '@harmont/contract'
import { describe, expect, it } from 'vitest'
import { type Handlers, operation, scopedOperation } from '../index.ts'
import { testHandlers } from '../testing/handlers.ts'

// The compiler checks the following lines: each @ts-expect-error fails `npm run check` if its line
// compiles.

const { ping: _ping, ...withoutPing } = testHandlers
// @ts-expect-error a handler is missing
export const missing: Handlers = withoutPing
export const surplus: Handlers = {
  ...testHandlers,
  // @ts-expect-error the contract has no such operation
  deleteEverything: testHandlers.ping,
}
// @ts-expect-error a binding of one operation does not serve another
export const swapped: Handlers = { ...testHandlers, getBuild: testHandlers.getPipeline }
// @ts-expect-error 202 is no success of this operation
export const wrongStatus = operation('ping', async () => ({ status: 202, body: { status: 'ok' } }))
// @ts-expect-error a value outside the enum
export const wrongEnum = operation('ping', async () => ({ status: 200, body: { status: 'fine' } }))
// @ts-expect-error every member of a response is given, null if it has no value
export const incomplete = operation('listBuilds', async () => ({ status: 200, body: { data: [] } }))
// @ts-expect-error an operation without a credential has no caller
export const noCaller = operation('ping', async ({ caller }) => ({ status: 200, body: { status: caller } }))
// @ts-expect-error the upload is in `source`, not in the body
export const noUpload = operation('createBuild', async ({ body }) => ({ status: 201, body: body.source_b64 }))
export const scoped = scopedOperation('getBuild', {
  resolve: async ({ membership, params }) => ({ key: `${membership.organizationId}/${params.number.toFixed()}` }),
  // @ts-expect-error the scope has the type that `resolve` returns
  handle: async ({ scope }) => ({ status: 200, body: scope.other }),
})

describe('the table of handlers', () => {
  it('is the contract', () => {
    const known = [...Object.keys(testHandlers), 'getOpenApiDocument']
    expect(known.sort()).toEqual([...operationTable.keys()].sort())
  })
})
