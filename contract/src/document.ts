import type { Permission } from './generated/types.ts'

/**
 * How an operation authenticates its caller (`http.md` 1). `member`: a session or key with the role
 * and scope of its permission. `log`: a log token, or a credential that may read.
 */
export type Auth = 'none' | 'bearer' | 'member' | 'runner' | 'signature' | 'log'

/** The subset of JSON Schema (OpenAPI 3.0 dialect) that the contract uses. */
export interface JsonSchema {
  readonly $ref?: string
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean' | 'number'
  readonly title?: string
  readonly description?: string
  readonly nullable?: boolean
  readonly format?: string
  readonly enum?: readonly string[]
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly oneOf?: readonly JsonSchema[]
  readonly additionalProperties?: boolean | JsonSchema
}

export interface ParameterObject {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly description?: string
  readonly schema: JsonSchema
}

interface ContentObject {
  readonly [mediaType: string]: { readonly schema: JsonSchema }
}

interface ResponseObject {
  readonly description: string
  readonly content?: ContentObject
}

export interface OperationObject {
  readonly operationId: string
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly ParameterObject[]
  readonly requestBody?: { readonly required?: boolean; readonly content: ContentObject }
  readonly responses: Readonly<Record<string, ResponseObject>>
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
  /** Absent: `member`. */
  readonly 'x-auth'?: Exclude<Auth, 'member'>
  readonly 'x-permission'?: Permission
  readonly 'x-internal'?: boolean
}

/** The verbs of a path item. A path item of the contract has no other member. */
export type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete'

type PathItem = { readonly [V in Verb]?: OperationObject }

/** The subset of OpenAPI that the contract uses. */
export interface OpenApiDocument {
  readonly openapi: string
  readonly info: Readonly<Record<string, string>>
  readonly servers: readonly { readonly url: string }[]
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, PathItem>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>
    readonly securitySchemes: Readonly<Record<string, unknown>>
    readonly responses: Readonly<Record<string, unknown>>
  }
}
