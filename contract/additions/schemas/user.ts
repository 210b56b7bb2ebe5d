import type { JsonSchema } from '../../src/document.ts'
import {
  describe,
  instant,
  list,
  nullableInstant,
  nullableText,
  object,
  oneOf,
  orNull,
  ref,
  text,
  uuid,
  yesOrNo,
} from '../json-schema.ts'

const scopes = list(oneOf('read', 'build', 'manage', 'account'))

export const userSchemas: Readonly<Record<string, JsonSchema>> = {
  RenamePasskeyRequest: object({ nickname: nullableText }),
  Session: object({
    id: uuid,
    kind: oneOf('web', 'cli'),
    created_at: instant,
    last_used_at: nullableInstant,
    expires_at: instant,
    ip: nullableText,
    user_agent: nullableText,
    current: describe(yesOrNo, 'The session of this request.'),
  }),
  SessionListResponse: object({ sessions: list(ref('Session')) }),
  Identity: object({
    provider: oneOf('google', 'github'),
    name: describe(nullableText, 'How the account is called there.'),
    email: nullableText,
    created_at: instant,
  }),
  IdentityListResponse: object({ identities: list(ref('Identity')) }),
}

export const userMembers: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>> = {
  ApiTokenCreateRequest: {
    scopes: describe(orNull(scopes), 'What the key may do; all four when absent.'),
    organizations: describe(orNull(list(text)), 'Slugs of the organizations that the key sees; all when absent.'),
  },
  ApiToken: {
    scopes: describe(scopes, 'What the key may do.'),
    organizations: describe(orNull(list(text)), 'Slugs of the organizations that the key sees; null: all.'),
  },
}
