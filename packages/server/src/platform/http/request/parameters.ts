import { type JsonSchema, type OperationId, operationTable, type ParameterObject } from '@harmont/contract'
import { apiError, queryError } from '../api-error.ts'

const largestInteger = 2_147_483_647

/**
 * Returns the path parameters with the types of the contract. A malformed parameter becomes a value
 * that matches nothing: 0 for an integer, and a replacement for U+0000, which PostgreSQL cannot
 * compare. It therefore leads to the same 404 as an absent resource.
 */
export function readParams(
  parameters: readonly ParameterObject[],
  sent: Readonly<Record<string, string>>,
): Record<string, string | number> {
  const params: Record<string, string | number> = {}
  for (const { name, in: place, schema } of parameters) {
    const value = sent[name] ?? ''
    if (place === 'path')
      params[name] = schema.type === 'integer' ? readInteger(value) : value.replaceAll('\0', '\ufffd')
  }
  return params
}

function readInteger(value: string): number {
  if (!/^[1-9]\d{0,9}$/.test(value)) return 0
  const number = Number(value)
  return number > largestInteger ? 0 : number
}

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * Returns a path parameter as a uuid. A malformed one becomes the nil uuid, which matches nothing.
 */
export function uuidOrNone(value: string): string {
  return uuidForm.test(value) ? value.toLowerCase() : '00000000-0000-0000-0000-000000000000'
}

const usualLimits = { unasked: 50, most: 100 }
const limits: ReadonlyMap<OperationId, typeof usualLimits> = new Map([
  // Clients of releases without pagination must get all rows.
  ['getBillingUsageBreakdown', { unasked: 5000, most: 5000 }],
  ['listArtifacts', { unasked: 50, most: 1000 }],
  ['readJobLog', { unasked: 200, most: 2000 }],
  ['readJobLogLines', { unasked: 500, most: 2000 }],
  ['searchJobLog', { unasked: 100, most: 1000 }],
])
/**
 * Parameters that are never looked up as sent. Invalid values have their own results:
 * `invalid_cursor`, 401, the start of the log.
 */
const sealed: ReadonlySet<string> = new Set(['cursor', 'token', 'last_event_id'])

/**
 * Returns the query parameters of the contract, and ignores others. Throws 400 `query_invalid` or
 * `request_malformed`.
 */
export function readQuery(operationId: OperationId, search: string): Record<string, string | number> {
  const sent = parseSearch(search)
  const parameters = operationTable.get(operationId)?.parameters.filter((parameter) => parameter.in === 'query') ?? []
  const query: Record<string, string | number> = {}
  for (const { name, schema, required } of parameters) {
    const values = sent.get(name) ?? []
    if (values.length > 1) throw queryError(name, 'must be given once')
    const [value] = values
    if (name === 'limit') query.limit = readLimit(value, operationId)
    else if (value !== undefined) query[name] = readValue(name, schema, value)
    else if (required === true && !leavesMissingToHandler(operationId)) throw queryError(name, 'is required')
  }
  return query
}

/**
 * Returns whether the operation itself handles a missing parameter, with the code
 * `billing_usage_window_invalid`.
 */
function leavesMissingToHandler(operationId: OperationId): boolean {
  return operationId.startsWith('getBillingUsage')
}

function readLimit(value: string | undefined, operationId: OperationId): number {
  const { unasked, most } = limits.get(operationId) ?? usualLimits
  if (value === undefined) return unasked
  if (!/^-?\d+$/.test(value)) throw queryError('limit', 'must be a whole number')
  return Math.min(Math.max(Number(value), 1), most)
}

function readValue(name: string, schema: JsonSchema, value: string): string | number {
  if (schema.type === 'integer') {
    if (!/^-?\d{1,15}$/.test(value)) throw queryError(name, 'must be a whole number')
    return Number(value)
  }
  if (value.includes('\0') && !sealed.has(name)) throw queryError(name, 'must not contain the character U+0000')
  if (schema.enum !== undefined && !schema.enum.includes(value))
    throw queryError(name, `must be one of ${schema.enum.join(', ')}`)
  return value
}

function parseSearch(search: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const pair of search.split('&')) {
    const equals = pair.indexOf('=')
    const name = decode(equals === -1 ? pair : pair.slice(0, equals))
    const value = equals === -1 ? '' : decode(pair.slice(equals + 1))
    found.set(name, [...(found.get(name) ?? []), value])
  }
  return found
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    throw apiError('request_malformed', 'The query must be percent-encoded UTF-8.', { cause })
  }
}
