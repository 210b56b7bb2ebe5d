import { contract, type Operation, operationTable, resolveSchema } from '@harmont/contract'

/**
 * The source of `src/generated/operations.ts`: the routes of every public operation, with one
 * method each.
 */
export function operationsText(): string {
  const operations = [...operationTable.values()].filter(({ internal }) => !internal)
  return `// Written by npm run generate -w packages/cloud.
import type { Answer, CallOptions, Input } from '../call.ts'

export const routes = {
${operations.map(route).join('')}} as const

/**
 * Every operation of the API. Parameters of path and query are members of the input; the body is
 * its member \`body\`.
 */
export interface Operations {
${operations.map(method).join('')}}
`
}

function route({ id, method, path, parameters, success }: Operation): string {
  const query = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => quoted(name))
  const isIdempotent = parameters.some((parameter) => parameter.in === 'header' && parameter.name === 'Idempotency-Key')
  const bodies = [...success.values()].filter((body) => body !== null)
  const answer =
    bodies.length === 0 ? 'none' : bodies.some(({ mediaType }) => mediaType === 'application/json') ? 'json' : 'stream'
  return `  ${id}: { method: '${method}', path: ${quoted(path)}, query: [${query.join(', ')}], idempotent: ${isIdempotent}, answer: '${answer}' },
`
}

function method({ id, parameters, request }: Operation): string {
  const required = request === null ? [] : (resolveSchema(request.schema).required ?? [])
  const isOptional = required.length === 0 && parameters.every((parameter) => parameter.required !== true)
  return `  /** ${summaryOf(id)} */
  ${id}(input${isOptional ? '?' : ''}: Input<'${id}'>, options?: CallOptions): Promise<Answer<'${id}'>>
`
}

function summaryOf(id: string): string {
  const operations = Object.values(contract.paths).flatMap((item) => Object.values(item))
  const { summary } = operations.find(({ operationId }) => operationId === id) ?? {}
  return (summary ?? id).replaceAll('*/', '* /')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`
}
