import type { JsonSchema } from '@harmont/contract'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import build from 'fast-json-stringify'

type Serialize = (body: unknown) => string

const compiled = new WeakMap<JsonSchema, Serialize>()

/**
 * Returns the serializer that writes exactly the members of a schema. A schema is compiled at its
 * first response. Compiling all of them would take half of a server's start.
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
 * Throws for a response that violates its schema. For tests: the serializer accepts a wrong enum
 * value or a malformed uuid. Ajv compiles a schema once per process.
 */
export function validateResponse(schema: JsonSchema, text: string): void {
  const validate = ajv.compile(schema)
  if (!validate(JSON.parse(text)))
    throw new Error(`the response violates the contract: ${ajv.errorsText(validate.errors)}`)
}
