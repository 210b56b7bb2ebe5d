import type { JsonSchema } from '../../src/document.ts'
import {
  anyObject,
  describe,
  instant,
  list,
  nullableText,
  object,
  oneOf,
  orNull,
  page,
  ref,
  text,
  uuid,
  yesOrNo,
} from '../json-schema.ts'

const branches = describe(orNull(list(text)), 'Globs of branches whose builds may read it; null: all.')
const events = describe(orNull(list(text)), 'Events whose builds may read it, such as `push`; null: all.')
const uploads = describe(
  yesOrNo,
  'Builds of uploads may read it too, as the branch that they claim; else limits hold for what the server itself has fetched.',
)
const membersCanCreate = describe(yesOrNo, 'Members may create pipelines, not only admins and owners.')

export const organizationSchemas: Readonly<Record<string, JsonSchema>> = {
  UpdateOrganizationRequest: object(
    {},
    { name: text, url: nullableText, members_can_create_pipelines: membersCanCreate },
  ),
  AuditEvent: object({
    id: uuid,
    action: describe(text, 'What was done, such as `member.removed`.'),
    actor: describe(
      orNull(object({ user_uuid: orNull(uuid), name: nullableText, email: nullableText })),
      'Who did it; null: the server itself.',
    ),
    subject: describe(nullableText, 'What it was done to.'),
    details: anyObject,
    ip: nullableText,
    user_agent: nullableText,
    request_id: nullableText,
    created_at: instant,
  }),
  AuditEventList: page('AuditEvent'),
  PreviewInviteRequest: object({ token: text }),
  InvitePreview: object({
    organization: object({ name: text, slug: text }),
    email: text,
    role: oneOf('admin', 'member'),
    invited_by: nullableText,
    expires_at: instant,
  }),
  SetSecretRequest: object({ name: text, value: text }, { branches, events, uploads }),
  Secret: object({ name: text, updated_at: instant, branches, events }, { uploads }),
  SecretList: object({ secrets: list(ref('Secret')) }),
}

export const organizationMembers: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>> = {
  Organization: { members_can_create_pipelines: membersCanCreate },
}
