import type { JsonSchema } from '../../src/document.ts'
import {
  describe,
  instant,
  integer,
  list,
  nullableInteger,
  nullableText,
  nullableUuid,
  object,
  orNull,
  page,
  ref,
  text,
  uuid,
  yesOrNo,
} from '../json-schema.ts'

const env: JsonSchema = { type: 'object', nullable: true, additionalProperties: text }
const author = object({ user_uuid: nullableUuid, name: text, email: nullableText })
const pullRequest = object({
  number: integer,
  title: nullableText,
  url: text,
  base_branch: nullableText,
  head_repository: describe(nullableText, 'Null when it is gone.'),
  fork: yesOrNo,
})

export const buildSchemas: Readonly<Record<string, JsonSchema>> = {
  RebuildRequest: object({}, { env, without_cache: yesOrNo }),
  RetryBuildRequest: object({}, { job_ids: orNull(list(uuid)), step_keys: orNull(list(text)) }),
  BuildSummaryList: page('BuildSummary'),
  BuildView: object({
    server_time: instant,
    cursor: describe(text, 'Where the event stream goes on from this view.'),
    build: ref('BuildSummary'),
    pipeline: ref('Pipeline'),
    jobs: list(ref('JobView')),
    render: ref('RenderJobView'),
    canceled_by: orNull(object({ user_uuid: nullableUuid, name: nullableText })),
    eta_ms: nullableInteger,
    cost: orNull(object({ cents: nullableInteger, vcpu_seconds: integer })),
    previous: describe(nullableInteger, 'Number of the build before this one.'),
    next: describe(nullableInteger, 'Number of the build after this one.'),
    last_passed: orNull(object({ number: integer, commit: nullableText })),
    failing_since: describe(nullableInteger, 'Number of the first build of this row of failures.'),
    has: describe(object({ tests: yesOrNo, artifacts: yesOrNo }), 'Of which there is something to see.'),
  }),
}

export const buildMembers: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>> = {
  CreateRepoBuildRequest: {
    source_url: describe(nullableText, 'Where the server fetches the source archive.'),
    source_sha256: describe(nullableText, 'SHA-256 of the source archive, 64 hex digits.'),
  },
  Build: {
    id: describe(uuid, 'The build across all pipelines.'),
    author: orNull(author),
    tag: nullableText,
    pull_request: orNull(pullRequest),
    rebuild_of: describe(nullableInteger, 'Number of the build that this one repeats.'),
    wait_reason: describe(
      nullableText,
      'Why the build does not go on, while it waits: `approval`, `concurrency_group`, `organization_limit`, `pipeline_limit` or `runner`.',
    ),
  },
  Job: {
    attempt: describe(integer, 'Counts from 1; a retry is a new job with the next number.'),
    previous_attempt_id: describe(nullableUuid, 'The attempt before this one.'),
    wait_reason: describe(
      nullableText,
      'Why the job does not start, while it waits: `dependencies`, `approval`, `concurrency_group`, `organization_limit`, `pipeline_limit`, `retry_delay` or `runner`.',
    ),
    skip_reason: describe(nullableText, 'Why the job was skipped.'),
    cached: describe(yesOrNo, 'The outcome was taken from the step cache.'),
    substituted_image: describe(
      nullableText,
      'The image that could not be had: the base `host`, made of the programs of the runner, stood in for it.',
    ),
  },
}
