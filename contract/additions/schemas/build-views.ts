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
  refs: list(
    object({
      kind: describe(text, 'What is waited for: `step`, `runner`, `time` or `approval`.'),
      name: text,
      job_id: nullableUuid,
    }),
  ),
})

const failure = object({
  kind: describe(text, '`exit`, `signal`, or the error code.'),
  platform: describe(yesOrNo, 'Not the fault of the command.'),
  signal: nullableText,
  message: text,
  tail: describe(list(text), 'The last lines, at most 20; none but for the first few failures.'),
  doc_url: nullableText,
})

// Log sizes, snapshots and what a cache hit came from are added with the operations that read them.
const jobView: Readonly<Record<string, JsonSchema>> = {
  version,
  attempts: list(attempt),
  builds_in: describe(nullableUuid, 'The job in whose file system this one runs.'),
  waits_on: describe(list(uuid), 'The jobs that it still waits for.'),
  scheduled_at: nullableInstant,
  waiting: orNull(waiting),
  skipped_by: describe(nullableUuid, 'The job because of which this one was skipped.'),
  image: nullableText,
  cache: object({ outcome: oneOf('hit', 'miss', 'off', 'bypassed') }),
  failure: orNull(failure),
  retry: object({ allowed: yesOrNo, reason: nullableText }),
  cost: orNull(object({ cents: nullableInteger, vcpu_seconds: integer })),
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
