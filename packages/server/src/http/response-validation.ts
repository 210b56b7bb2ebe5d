import type { JsonSchema } from '@harmont/contract'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'

const ajv = new Ajv({ strict: false, allErrors: true })
addFormats.default(ajv)

/**
 * Gives a check of answers as they go over the wire; it throws for one that its schema does not allow. For tests: a serialiser is no
 * validator, it lets a wrong enum value or a malformed uuid through.
 */
export function responseValidator(schema: JsonSchema): (text: string) => void {
  const validate = ajv.compile(schema)
  return (text) => {
    if (!validate(JSON.parse(text)))
      throw new Error(`the answer breaks its contract: ${ajv.errorsText(validate.errors)}`)
  }
}
