import type { JsonSchema } from '../src/document.ts'

type Members = Readonly<Record<string, JsonSchema>>

export const text: JsonSchema = { type: 'string' }
export const nullableText: JsonSchema = { type: 'string', nullable: true }
export const uuid: JsonSchema = { type: 'string', format: 'uuid' }
export const nullableUuid: JsonSchema = { ...uuid, nullable: true }
export const instant: JsonSchema = { type: 'string', format: 'date-time' }
export const nullableInstant: JsonSchema = { ...instant, nullable: true }
export const integer: JsonSchema = { type: 'integer' }
export const nullableInteger: JsonSchema = { type: 'integer', nullable: true }
export const yesOrNo: JsonSchema = { type: 'boolean' }
export const anyObject: JsonSchema = { type: 'object', additionalProperties: true }

/** Query parameters of a paged list. */
export const paging = { limit: integer, cursor: text } as const
/** A query parameter that is `true` or `false`. */
export const flag: JsonSchema = { type: 'string', enum: ['true', 'false'] }

/** Gives a schema with a sentence that says what it means. */
export function describe(schema: JsonSchema, description: string): JsonSchema {
  return { ...schema, description }
}

/** Gives the schema of a text that is one of a closed list. */
export function oneOf(...values: readonly string[]): JsonSchema {
  return { type: 'string', enum: values }
}

/** Gives a schema whose value may be null. */
export function orNull(schema: JsonSchema): JsonSchema {
  return { ...schema, nullable: true }
}

/** Gives the schema of a list. */
export function list(items: JsonSchema): JsonSchema {
  return { type: 'array', items }
}

/** Gives a reference to a named schema. */
export function ref(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` }
}

/** Gives an object schema with all members required, except the optional ones. */
export function object(properties: Members, optional: Members = {}): JsonSchema {
  const required = Object.keys(properties)
  return {
    type: 'object',
    properties: { ...properties, ...optional },
    ...(required.length === 0 ? {} : { required }),
  }
}

/** Gives the schema of one page of a list. */
export function page(item: string): JsonSchema {
  return object({ data: list(ref(item)), next_cursor: nullableText })
}
