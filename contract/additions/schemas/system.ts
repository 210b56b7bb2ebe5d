import type { JsonSchema } from '../../src/document.ts'
import {
  describe,
  instant,
  integer,
  list,
  nullableText,
  object,
  oneOf,
  ref,
  text,
  uuid,
  yesOrNo,
} from '../json-schema.ts'

const checks: JsonSchema = { type: 'object', additionalProperties: ref('ReadinessCheck') }

export const systemSchemas: Readonly<Record<string, JsonSchema>> = {
  PingResponse: object({ status: oneOf('ok') }),
  ReadinessCheck: object({ ok: yesOrNo, message: describe(nullableText, 'What is wrong, when something is.') }),
  ReadinessResponse: object({ status: oneOf('ready'), checks }),
  OpenApiDocument: { description: 'This document.', type: 'object', additionalProperties: true },
  MailboxResponse: object({ data: list(ref('Mail')) }),
  Mail: object({ id: uuid, to: text, subject: text, text, links: list(text), created_at: instant }),
}

export const systemMembers: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>> = {
  Error: {
    code: describe(text, 'Errors of log streams only: `error.code` once more.'),
    message: describe(text, 'Errors of log streams only: `error.message` once more.'),
  },
}

/** Optional members of the object `Error.error`. */
export const addedErrorMembers: Readonly<Record<string, JsonSchema>> = {
  errors: {
    type: 'array',
    description: 'What is wrong with the input, field by field.',
    items: object({ field: describe(text, 'A dotted path; empty for the whole body.'), message: text }),
  },
  limit_bytes: describe(integer, 'payload_too_large: how large the body may be.'),
  build: describe(object({ pipeline_slug: text, number: integer }), 'build_plan_rejected: the failed build.'),
  checks: describe(checks, 'not_ready: the checks of /readyz by name.'),
}
