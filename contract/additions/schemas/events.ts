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
  ref,
  text,
  uuid,
} from '../json-schema.ts'

/** The data of the events of `GET {o}/events` with `topics`; that of `log`, `EventOfLog`, is derived from a page of a log. */
export const eventSchemas: Readonly<Record<string, JsonSchema>> = {
  EventOfBuild: object(
    { pipeline_slug: text, build: ref('BuildSummary') },
    {
      view: describe(
        object({
          eta_ms: nullableInteger,
          cost: orNull(object({ cents: nullableInteger, vcpu_seconds: integer })),
          canceled_by: orNull(object({ user_uuid: nullableUuid, name: nullableText })),
        }),
        'Of a build that is a topic of its own: what else of its `BuildView` has changed.',
      ),
    },
  ),
  EventOfJob: object({
    pipeline_slug: text,
    number: describe(integer, 'Of the build.'),
    job: describe(ref('JobView'), 'The newest attempt of a step, or, without `step_key`, what renders the pipeline.'),
  }),
  EventOfEnd: object({
    topic: describe(text, 'The topic that will have no further event: its build has ended, or its log is complete.'),
  }),
  EventOfResync: object({
    topic: describe(text, 'The topic that is to be read again as a whole; what follows goes on from now.'),
  }),
  EventOfBeat: object({ server_time: instant }),
}

/** What an `EventOfLog` has beside a `LogPage`. */
export const logEventMembers: Readonly<Record<string, JsonSchema>> = {
  job_id: uuid,
  groups: describe(list(ref('LogGroup')), 'Those that are new or have changed.'),
  errors: describe(list(integer), 'Numbers of lines that look like errors: those that are new.'),
  remarks: describe(list(ref('LogRemark')), 'Those that are new.'),
}
