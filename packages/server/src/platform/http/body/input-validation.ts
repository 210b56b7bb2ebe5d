import { type JsonSchema, type OperationId, operationTable, resolveSchema } from '@harmont/contract'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { type ApiError, apiError, type ErrorDetails } from '../api-error.ts'

/** Validates the JSON body of an operation by the contract's schema. Throws the operation's 422. */
type AcceptBody = (body: unknown, found?: { field: string; message: string }[]) => unknown

/**
 * Returns the body validator of one operation: no coercion, no defaults, unknown properties
 * allowed.
 */
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
  /** The validator that stops at the first error. */
  readonly first: ValidateFunction
  /** Returns all errors. This validator is compiled at the first invalid body. */
  readonly all: (body: unknown) => ValidateFunction['errors']
}

const compiled = new Map<OperationId, Validators>()

/**
 * Compiles the validators at the operation's first body. Compiling all of them at the start would
 * take most of its time.
 */
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

/**
 * Returns all errors, or only the first one for a body with many members, because each error takes
 * memory.
 */
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
  // The format of ajv-formats also accepts `urn:uuid:`, which PostgreSQL does not.
  ajv.addFormat('uuid', /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i)
  ajv.addKeyword({ keyword: 'storable', validate: (wanted: boolean, value: unknown) => !wanted || isStorable(value) })
  return ajv
}

/** Returns the contract's schema with the rule "valid Unicode without U+0000" at every string. */
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

/**
 * Returns whether PostgreSQL can store every string in a value, including names of members. Avoids
 * recursion, because the client chooses the depth.
 */
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

type FieldErrors = NonNullable<ErrorDetails['errors']>

/** The 422 codes of single operations. The others use `request_invalid`. */
const ownCodes = {
  createOrganization: 'organization_invalid',
  updateOrganization: 'organization_invalid',
  createPipeline: 'pipeline_invalid',
  updatePipeline: 'pipeline_invalid',
  createBuild: 'build_invalid',
  createBuildBySource: 'build_invalid',
  rebuildBuild: 'build_invalid',
  createApiToken: 'api_token_invalid',
  createInvite: 'invite_invalid',
  updateOrgMember: 'invalid_role',
  updateCurrentUser: 'user_name_invalid',
  createCheckout: 'invalid_amount',
  connectGithubInstallation: 'github_installation_id_invalid',
} as const satisfies Partial<Record<OperationId, string>>

const mostErrors = 50

/** Returns the 422 for invalid fields, which names at most 50 of them. */
function inputError(operationId: OperationId, errors: FieldErrors): ApiError {
  const code = operationId in ownCodes ? ownCodes[operationId as keyof typeof ownCodes] : 'request_invalid'
  const [first] = errors
  const subject = first === undefined || first.field === '' ? 'The body' : `\`${first.field}\``
  return apiError(code, `${subject} ${first?.message ?? 'is not valid'}.`, { errors: errors.slice(0, mostErrors) })
}

/** Converts errors of ajv to dotted paths and messages. */
function fieldErrors(found: readonly ErrorObject[]): FieldErrors {
  return found.map((error) => ({ field: fieldOf(error), message: messageOf(error) }))
}

function fieldOf(error: ErrorObject): string {
  const segments = error.instancePath.split('/').slice(1)
  const names = segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (error.keyword === 'required') names.push(error.params.missingProperty)
  if (error.propertyName !== undefined) names.push(error.propertyName)
  // A client chooses the name, so it is shortened and made well-formed.
  return names.join('.').toWellFormed().slice(0, 200)
}

function messageOf({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'required':
      return 'is required'
    case 'type':
      return `must be ${typeNames[params.type] ?? `of type ${params.type}`}`
    case 'enum':
      return `must be one of ${params.allowedValues.join(', ')}`
    case 'format':
      return `must be a valid ${params.format}`
    case 'minLength':
      return params.limit === 1 ? 'must not be empty' : `must have at least ${params.limit} characters`
    case 'maxLength':
      return `must have at most ${params.limit} characters`
    case 'minimum':
      return `must be at least ${params.limit}`
    case 'maximum':
      return `must be at most ${params.limit}`
    case 'storable':
      return 'must be valid Unicode without the character U+0000'
    default:
      return message ?? 'is not valid'
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
}
