import type { JsonSchema } from '@harmont/contract'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'

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
