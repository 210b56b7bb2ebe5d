import type { OperationId } from '@harmont/contract'
import type { FastifyRequest } from 'fastify'
import { callerKey } from '../limits/shared-reads.ts'
import type { ReadApi } from '../response/pages.ts'
import { serializerOf } from '../response/serializer.ts'
import type { HttpServices } from '../services.ts'
import { jsonSchemas } from './add-route.ts'
import { type BoundOperation, performOperation } from './answer-operation.ts'

/**
 * Returns the function that reads the API within this process, for a page that is being served. The
 * reads are made as the user of the session cookie: a browser opens no page with a key.
 */
export function pageReads(
  operations: ReadonlyMap<OperationId, BoundOperation>,
  services: HttpServices,
): (request: FastifyRequest) => ReadApi {
  return ({ id, raw, headers: { cookie, 'user-agent': agent } }) =>
    async (operationId, { params, search }, gone) => {
      const bound = operations.get(operationId)
      if (bound === undefined) throw new Error(`this process does not serve ${operationId}`)
      const request = { id, raw, method: 'GET', headers: { cookie, 'user-agent': agent }, params }
      const ends: (() => void)[] = []
      const atEnd = (end: () => void) => void ends.push(end)
      try {
        const perform = () => performOperation(bound, services, { request, search, gone, atEnd })
        const answer = await services.reads.take(callerKey(services, raw), gone, perform)
        if (answer === null) throw gone.reason
        const schema = jsonSchemas(bound.operation, 'v0')[answer.status]
        if (schema === undefined) throw new Error(`${operationId} has no JSON response in the contract`)
        return serializerOf(schema)(answer.body)
      } finally {
        for (const end of ends) end()
      }
    }
}
