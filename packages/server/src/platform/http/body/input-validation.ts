import { type JsonSchema, type OperationId, operationTable, resolveSchema } from '@harmont/contract'
import type { ValidateFunction } from 'ajv'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { fieldErrors, inputError } from './schema-errors.ts'

/** Judges the JSON body of an operation by the contract's own schema. Throws the operation's 422. */
export type AcceptBody = (body: unknown, found?: { field: string; message: string }[]) => unknown

/** Gives the judge of one operation's bodies: no coercion, no defaults, unknown members let pass. */
export function bodyValidator(operationId: OperationId): AcceptBody {
  const request = operationTable.get(operationId)?.request
  if (request?.mediaType !== 'application/json') return () => null
  return (body, found = []) => {
    const { first, all } = validatorsFor(operationId, request.schema)
    const errors = [...(first(body) ? [] : allErrors(all, first, body)), ...found]
    if (errors.length > 0) throw inputError(operationId, errors)
    return body
  }
}

interface Validators {
  /** Ends at the first error. */
  readonly first: ValidateFunction
  /** Finds all errors. Compiled at the first wrong body. */
  readonly all: (body: unknown) => ValidateFunction['errors']
}

const compiled = new Map<OperationId, Validators>()

/** Compiles them at the operation's first body: for all operations it took most of a server's start. */
function validatorsFor(operationId: OperationId, requestSchema: JsonSchema): Validators {
  const known = compiled.get(operationId)
  if (known !== undefined) return known
  const schema = inputSchema(requestSchema)
  let all: ValidateFunction | null = null
  const made: Validators = {
    first: untilFirstError.compile(schema),
    all(body) {
      all ??= withAllErrors.compile(schema)
      all(body)
      return all.errors
    },
  }
  compiled.set(operationId, made)
  return made
}

const mostMembers = 300

/** Every error costs memory: a body of millions of wrong members gets the first one only. */
function allErrors(
  all: Validators['all'],
  first: ValidateFunction,
  body: unknown,
): { field: string; message: string }[] {
  const firstFound = fieldErrors(first.errors ?? [])
  if (countMembers(body) > mostMembers) return firstFound
  return fieldErrors(all(body) ?? [])
}

function countMembers(body: unknown): number {
  if (typeof body !== 'object' || body === null) return 1
  return Object.values(body).reduce<number>((sum, value) => {
    return sum + (typeof value === 'object' && value !== null ? Object.keys(value).length : 1)
  }, 0)
}

const untilFirstError = validatorFactory(false)
const withAllErrors = validatorFactory(true)

function validatorFactory(allErrors: boolean): Ajv {
  const ajv = new Ajv({ strict: false, allErrors, ownProperties: true, coerceTypes: false, useDefaults: false })
  addFormats.default(ajv)
  // That of the package also takes `urn:uuid:`, which PostgreSQL does not.
  ajv.addFormat('uuid', /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i)
  ajv.addKeyword({ keyword: 'storable', validate: (wanted: boolean, value: unknown) => !wanted || isStorable(value) })
  return ajv
}

/** The contract's schema with the wire rule for strings, "valid Unicode without U+0000", at every value that the contract names. */
function inputSchema(given: JsonSchema): object {
  const schema = resolveSchema(given)
  const { additionalProperties, properties, items } = schema
  const isMap = typeof additionalProperties === 'object'
  const isFree = additionalProperties === true
  return {
    ...schema,
    ...(schema.type === 'string' || isFree ? { storable: true } : {}),
    ...(isMap ? { additionalProperties: inputSchema(additionalProperties), propertyNames: { storable: true } } : {}),
    ...(properties === undefined ? {} : { properties: mapValues(properties, inputSchema) }),
    ...(items === undefined ? {} : { items: inputSchema(items) }),
  }
}

/** Whether every string in a value, names of members included, can be stored as text. Without recursion: its depth is the client's. */
function isStorable(value: unknown): boolean {
  const pending: unknown[] = [value]
  while (pending.length > 0) {
    const next = pending.pop()
    if (typeof next === 'string') {
      if (next.includes('\0') || !next.isWellFormed()) return false
    } else if (typeof next === 'object' && next !== null) {
      for (const [name, member] of Object.entries(next)) pending.push(name, member)
    }
  }
  return true
}

function mapValues(
  record: Readonly<Record<string, JsonSchema>>,
  change: (schema: JsonSchema) => object,
): Record<string, object> {
  return Object.fromEntries(Object.entries(record).map(([name, schema]) => [name, change(schema)]))
}
