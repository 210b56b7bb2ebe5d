import type { JsonSchema } from '@harmont/contract'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import build from 'fast-json-stringify'

type Serialize = (body: unknown) => string

const compiled = new WeakMap<JsonSchema, Serialize>()

/**
 * Returns what writes a body with the members of its schema and no others. A schema is compiled at its first answer, once a process:
 * to compile all of them took half of a server's start.
 */
export function serializerOf(schema: JsonSchema): Serialize {
  return (body) => {
    const serialize = compiled.get(schema) ?? build(schema)
    compiled.set(schema, serialize)
    return serialize(body)
  }
}

const ajv = new Ajv({ strict: false, allErrors: true })
addFormats.default(ajv)

/**
 * Throws for an answer, as it goes over the wire, that its schema does not allow. For tests: a serialiser is no validator, it lets a wrong
 * enum value or a malformed uuid through. Ajv compiles a schema at its first answer, once a process.
 */
export function validateResponse(schema: JsonSchema, text: string): void {
  const validate = ajv.compile(schema)
  if (!validate(JSON.parse(text)))
    throw new Error(`the response violates the contract: ${ajv.errorsText(validate.errors)}`)
}
