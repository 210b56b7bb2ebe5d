import type { JsonSchema } from '../../src/document.ts'
import {
  describe,
  instant,
  integer,
  list,
  nullableInstant,
  nullableInteger,
  nullableText,
  nullableUuid,
  object,
  oneOf,
  orNull,
  text,
  uuid,
  yesOrNo,
} from '../json-schema.ts'

const version = describe(integer, 'Grows with each change; an older one never replaces a newer one.')

const attempt = object({
  number: integer,
  job_id: uuid,
  cause: describe(text, 'Why it was made: `first`, `manual` or `policy`.'),
  state: text,
  exit_code: nullableInteger,
  started_at: nullableInstant,
  finished_at: nullableInstant,
})

const waiting = object({
  message: text,
  since: instant,
  ahead: nullableInteger,
  limit: nullableInteger,
  refs: list(
    object({
      kind: describe(text, 'What is waited for, such as `step`, `limit`, `group`, `runner` or `approval`.'),
      name: text,
      pipeline_slug: nullableText,
      number: nullableInteger,
      job_id: nullableUuid,
    }),
  ),
})

const snapshot = object({
  id: text,
  parent_id: nullableText,
  bytes: integer,
  created_at: instant,
  kept_until: nullableInstant,
})

const cache = object({
  outcome: oneOf('hit', 'miss', 'off', 'bypassed'),
  policy: nullableText,
  from: orNull(object({ pipeline_slug: text, number: integer, job_id: uuid, at: instant, saved_ms: integer })),
  reason: nullableText,
  changes: list(object({ kind: text, name: text, before: nullableText, after: nullableText })),
})

const failure = object({
  kind: text,
  platform: describe(yesOrNo, 'Not the fault of the command.'),
  signal: nullableText,
  message: text,
  first_error_line: nullableInteger,
  tail: describe(list(text), 'The last lines, at most 20.'),
  hint: nullableText,
  doc_url: nullableText,
})

const jobView: Readonly<Record<string, JsonSchema>> = {
  version,
  attempts: list(attempt),
  builds_in: describe(nullableUuid, 'The job in whose file system this one runs.'),
  waits_on: describe(list(uuid), 'The jobs that it still waits for.'),
  matrix: { type: 'object', nullable: true, additionalProperties: text },
  scheduled_at: nullableInstant,
  assigned_at: nullableInstant,
  waiting: orNull(waiting),
  skipped_by: describe(nullableUuid, 'The job because of which this one was skipped.'),
  image: nullableText,
  snapshot: orNull(snapshot),
  cache,
  failure: orNull(failure),
  retry: object({ allowed: yesOrNo, reason: nullableText }),
  local_command: describe(nullableText, 'What runs this step on a laptop.'),
  cost: orNull(object({ cents: nullableInteger, vcpu_seconds: integer })),
  log: object({ lines: nullableInteger, bytes: integer, complete: yesOrNo }),
}

/** A schema that has all members of another one, and more. */
export interface DerivedSchema {
  readonly base: string
  readonly members: Readonly<Record<string, JsonSchema>>
  readonly nullable?: true
}

/** Schemas made of others, in the order in which they build on each other. */
export const derivedSchemas: Readonly<Record<string, DerivedSchema>> = {
  BuildSummary: {
    base: 'Build',
    members: {
      failed_step: describe(nullableText, 'Name of the step that failed first.'),
      queue_ms: nullableInteger,
      run_ms: nullableInteger,
      version,
    },
  },
  JobView: { base: 'Job', members: jobView },
  // A reference cannot say of itself that it may be null.
  RenderJobView: { base: 'JobView', members: {}, nullable: true },
}
