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
import { logEventMembers } from './events.ts'

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
  ahead: describe(nullableInteger, 'How many jobs, or builds of the group, come before it.'),
  limit: describe(nullableInteger, 'The value of the limit that it waits for.'),
  refs: list(
    object({
      kind: describe(
        text,
        'What is waited for: `step`, `runner`, `time`, `limit`, `concurrency_group` or `approval`; `holder` is a job, or a whole build, that counts against the limit or has a place in the group.',
      ),
      name: text,
      job_id: nullableUuid,
      pipeline_slug: describe(nullableText, 'Of a holder: the pipeline that it belongs to.'),
      build_number: describe(nullableInteger, 'Of a holder: its build.'),
    }),
  ),
})

const snapshot = object({
  id: text,
  parent_id: nullableText,
  bytes: describe(nullableInteger, 'What it takes beside its parent.'),
  created_at: nullableInstant,
  kept_until: nullableInstant,
})

const cache = object(
  {
    outcome: oneOf('hit', 'miss', 'off', 'bypassed'),
    policy: describe(nullableText, 'When the step is run again, in words; null where no policy is set.'),
    from: orNull(
      object({
        pipeline_slug: text,
        number: integer,
        job_id: uuid,
        at: instant,
        saved_ms: describe(nullableInteger, 'How long the step ran then.'),
      }),
    ),
    reason: describe(
      nullableText,
      'Of a miss: `first`, `changed`, `expired`, `evicted`, `damaged` or `not_recorded`; null where it is not known.',
    ),
    changes: describe(
      list(
        object({
          kind: describe(text, '`path`, `variable`, `command`, `image` or `parent`.'),
          name: text,
          before: nullableText,
          after: nullableText,
        }),
      ),
      'Of a miss, what is not as it was; digests, never values.',
    ),
  },
  {
    rule: describe(
      nullableText,
      'Whose entries the build finds, and who finds its own; null for builds of earlier releases.',
    ),
  },
)

const shell = object({
  available: yesOrNo,
  reason: nullableText,
  command: describe(text, 'The command line that opens it.'),
  before_command: describe(nullableText, 'The one that opens the file system as the command found it.'),
  kept_until: nullableInstant,
})

const log = object({
  lines: describe(nullableInteger, 'Null while it grows and nobody counted.'),
  bytes: nullableInteger,
  complete: yesOrNo,
})

const failure = object(
  {
    kind: describe(text, '`exit`, `signal`, or the error code.'),
    platform: describe(yesOrNo, 'Not the fault of the command.'),
    signal: nullableText,
    message: text,
    first_error_line: describe(
      nullableInteger,
      'The line that reports the first failure, else the first that looks like an error, counted from 1; null where there is none.',
    ),
    tail: describe(list(text), 'The last lines, at most 20; none but for the first few failures.'),
    hint: describe(nullableText, 'What to do, where the platform knows.'),
    doc_url: nullableText,
  },
  {
    failed_tests: describe(integer, 'How many tests failed, as the log reports them; 0 where it does not.'),
    other_errors: describe(
      integer,
      'How many errors the log reports that belong to no test: of compilers, linters, and of files of tests.',
    ),
    reports: describe(
      list(
        object({
          test: describe(
            nullableText,
            'The name of the test with those of its suites; null for an error that belongs to none.',
          ),
          message: text,
          file: describe(nullableText, 'As the log writes it.'),
          line: nullableInteger,
          log_line: describe(integer, 'The line of the log that has the message, from 1.'),
        }),
      ),
      'The first failures that the log reports, at most 10.',
    ),
  },
)

const jobView: Readonly<Record<string, JsonSchema>> = {
  version,
  attempts: list(attempt),
  builds_in: describe(nullableUuid, 'The job in whose file system this one runs.'),
  waits_on: describe(list(uuid), 'The jobs that it still waits for.'),
  scheduled_at: nullableInstant,
  assigned_at: nullableInstant,
  waiting: orNull(waiting),
  skipped_by: describe(nullableUuid, 'The job because of which this one was skipped.'),
  image: nullableText,
  snapshot: orNull(snapshot),
  cache,
  failure: orNull(failure),
  retry: object({ allowed: yesOrNo, reason: nullableText }),
  shell: orNull(shell),
  local_command: describe(nullableText, 'The command line that runs this step on a laptop.'),
  cost: orNull(object({ cents: nullableInteger, vcpu_seconds: integer })),
  log,
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
  EventOfLog: { base: 'LogPage', members: logEventMembers },
}
