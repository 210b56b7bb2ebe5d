import type { JsonSchema } from '../../src/document.ts'
import {
  anyObject,
  describe,
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

/** What a member may do in an organization. */
const permission = oneOf(
  'build',
  'pipeline.create',
  'pipeline.manage',
  'secrets',
  'vcs',
  'billing',
  'invites',
  'members',
  'owners',
  'organization',
  'organization.delete',
  'audit',
)
const setupToken = describe(text, 'The token of the setup link.')

export const authSchemas: Readonly<Record<string, JsonSchema>> = {
  AuthConfig: object({
    providers: describe(
      list(object({ name: oneOf('google', 'github'), client_id: text })),
      'The identity providers that are set up.',
    ),
    passkeys: yesOrNo,
    signup: describe(yesOrNo, 'New accounts can be made.'),
    mail: describe(yesOrNo, 'Mails reach their readers.'),
    github_app_slug: nullableText,
    bitbucket: yesOrNo,
    billing: yesOrNo,
    version: text,
    docs_url: text,
    needs_setup: describe(yesOrNo, 'No owner can sign in yet.'),
    payments: describe(yesOrNo, 'Admins can top up with a card.'),
    mailbox: describe(yesOrNo, 'Mails can be read at /mailbox.'),
    cli_install: describe(nullableText, 'The command that installs the CLI.'),
  }),
  SessionResponse: object({
    user: ref('CurrentUserResponse'),
    organizations: list(ref('SessionOrganization')),
    expires_at: describe(nullableInstant, 'When the credential ends; null for a key that does not.'),
  }),
  SessionOrganization: object({
    slug: text,
    name: text,
    role: oneOf('owner', 'admin', 'member'),
    permissions: list(permission),
  }),
  SetupInspectRequest: object({ setup_token: setupToken }),
  SetupInspectResponse: object({
    kind: describe(oneOf('new', 'existing'), 'Whether the link makes an account or belongs to one.'),
    email: nullableText,
  }),
  SetupOptionsRequest: object({ setup_token: setupToken, email: text, name: text }),
  SetupCompleteRequest: object(
    { setup_token: setupToken },
    {
      email: nullableText,
      name: nullableText,
      organization_name: nullableText,
      challenge_id: orNull(uuid),
      attestation: orNull(anyObject),
    },
  ),
}

const oauthMembers = { state: nullableText, code_verifier: nullableText }

export const authMembers: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>> = {
  AuthGoogleRequest: oauthMembers,
  AuthGithubRequest: oauthMembers,
  RecoverFinalizeRequest: {
    revoke: describe(orNull(list(oneOf('passkeys', 'api_tokens'))), 'What to remove beside all sessions.'),
  },
}
