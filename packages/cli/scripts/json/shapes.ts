import { readFileSync } from 'node:fs'

/** A part of a JSON Schema of draft 2020-12. */
export type Schema = { readonly [keyword: string]: unknown }

export const text: Schema = { type: 'string' }
export const integer: Schema = { type: 'integer' }
export const number: Schema = { type: 'number' }
export const flag: Schema = { type: 'boolean' }
export const time: Schema = { type: 'string', format: 'date-time' }
export const sha256: Schema = { type: 'string', pattern: '^[0-9a-f]{64}$' }

/** Adds a description to a schema. */
export function described(schema: Schema, description: string): Schema {
  return { ...schema, description }
}

export function constant(value: string): Schema {
  return { const: value }
}

export function oneOf(...values: readonly string[]): Schema {
  return { enum: values }
}

export function either(...schemas: readonly Schema[]): Schema {
  return { anyOf: schemas }
}

export function orNull(schema: Schema): Schema {
  return typeof schema.type === 'string' ? { ...schema, type: [schema.type, 'null'] } : either(schema, { type: 'null' })
}

export function list(items: Schema): Schema {
  return { type: 'array', items }
}

/** A document whose only member is the list `data`. */
export function dataOf(items: Schema, more: Readonly<Record<string, Schema>> = {}): Schema {
  return object({ data: list(items), ...more })
}

export function record(values: Schema): Schema {
  return { type: 'object', additionalProperties: values }
}

/**
 * An object with these members. A name that ends in `?` marks an optional member. Later releases
 * may add members but remove none.
 */
export function object(members: Readonly<Record<string, Schema>>): Schema {
  const names = Object.keys(members)
  const properties = Object.fromEntries(names.map((name) => [name.replace(/\?$/, ''), members[name]]))
  return { type: 'object', properties, required: names.filter((name) => !name.endsWith('?')) }
}

interface Described {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

const api = JSON.parse(readFileSync(new URL('../../../../contract/openapi.json', import.meta.url), 'utf8')) as Described

/** Refers to a server response schema by its name in the contract. */
export function contract(name: string): Schema {
  if (api.components.schemas[name] === undefined) throw new Error(`the contract has no schema ${name}`)
  return { $ref: `#/$defs/${name}` }
}

/** A schema of the contract with additional members. */
export function contractWith(name: string, members: Readonly<Record<string, Schema>>): Schema {
  const { properties = {}, required = [] } = fromOpenApi(api.components.schemas[name]) as {
    readonly properties?: Readonly<Record<string, Schema>>
    readonly required?: readonly string[]
  }
  const own = object(members) as { readonly properties: object; readonly required: readonly string[] }
  return { type: 'object', properties: { ...properties, ...own.properties }, required: [...required, ...own.required] }
}

/** The items of a list of the contract. */
export function itemsOf(name: string, member = 'data'): Schema {
  const { properties } = api.components.schemas[name] as { readonly properties: Readonly<Record<string, Schema>> }
  return fromOpenApi(properties[member]?.items) as Schema
}

/** Adds the schemas that a schema refers to, directly or indirectly. */
export function withDefinitions(schema: Schema): Schema {
  const definitions: Record<string, unknown> = {}
  const collect = (part: unknown) => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/\$defs\/([^"]+)"/g)) {
      if (definitions[name] !== undefined) continue
      definitions[name] = fromOpenApi(api.components.schemas[name])
      collect(definitions[name])
    }
  }
  collect(schema)
  const sorted = Object.fromEntries(Object.entries(definitions).sort(([one], [other]) => (one < other ? -1 : 1)))
  return Object.keys(sorted).length === 0 ? schema : { ...schema, $defs: sorted }
}

/** Turns a schema of OpenAPI 3.0 into one of JSON Schema. */
function fromOpenApi(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(fromOpenApi)
  if (typeof node !== 'object' || node === null) return node
  const { nullable, ...rest } = node as Schema
  const made: Record<string, unknown> = Object.fromEntries(
    Object.entries(rest).flatMap(([name, value]) =>
      name.startsWith('x-') || name === 'example'
        ? []
        : [[name, name === 'required' || name === 'enum' ? value : fromOpenApi(value)]],
    ),
  )
  if (typeof made.$ref === 'string') return { $ref: made.$ref.replace('#/components/schemas/', '#/$defs/') }
  if (nullable !== true) return made
  if (Array.isArray(made.enum)) made.enum = [...made.enum, null]
  return typeof made.type === 'string' ? { ...made, type: [made.type, 'null'] } : { anyOf: [made, { type: 'null' }] }
}
