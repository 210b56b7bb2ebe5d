import type { OperationId } from '@harmont/contract'
import type { ErrorObject } from 'ajv'
import { type ApiError, apiError, type ErrorDetails } from '../api-error.ts'

type FieldErrors = NonNullable<ErrorDetails['errors']>

/** The code of 422 for operations that have one of their own; the others answer `request_invalid`. */
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

/** Gives the 422 for input of an operation that is wrong in the fields named. At most 50 are named. */
export function inputError(operationId: OperationId, errors: FieldErrors): ApiError {
  const code = operationId in ownCodes ? ownCodes[operationId as keyof typeof ownCodes] : 'request_invalid'
  const [first] = errors
  const subject = first === undefined || first.field === '' ? 'The body' : `\`${first.field}\``
  return apiError(code, `${subject} ${first?.message ?? 'is not valid'}.`, { errors: errors.slice(0, mostErrors) })
}

/** Gives what a validation found as dotted paths and messages. */
export function fieldErrors(found: readonly ErrorObject[]): FieldErrors {
  return found.map((error) => ({ field: fieldOf(error), message: messageOf(error) }))
}

function fieldOf(error: ErrorObject): string {
  const segments = error.instancePath.split('/').slice(1)
  const names = segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (error.keyword === 'required') names.push(error.params.missingProperty)
  if (error.propertyName !== undefined) names.push(error.propertyName)
  // A name comes from the client: it is shown whole only while it is short and text.
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
