import type { JsonSchema } from '../../src/document.ts'
import { describe, nullableText, object, oneOf, text } from '../json-schema.ts'

export const integrationSchemas: Readonly<Record<string, JsonSchema>> = {
  GithubInstallUrlResponse: object({ url: text }),
  WebhookResponse: object({
    status: describe(oneOf('accepted', 'duplicate'), 'A delivery that was taken before has no further effect.'),
  }),
}

export const integrationMembers: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>> = {
  ConnectInstallationRequest: {
    code: describe(nullableText, 'The code that GitHub adds to the install redirect.'),
    state: describe(nullableText, 'The state of the install URL.'),
  },
}
