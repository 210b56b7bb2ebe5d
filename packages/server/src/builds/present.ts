import type { components } from '@harmont/contract'
import type { Complete } from '../http/index.ts'
import { formatInstant, formatOptionalInstant } from '../input/instant.ts'
import type { BuildRow } from './store.ts'

/** A build as the members of its organization see it. */
export function presentBuild(row: BuildRow, pipelineSlug: string): Complete<components['schemas']['Build']> {
  return {
    id: row.id,
    number: row.number,
    pipeline_slug: pipelineSlug,
    state: row.state,
    // A build is past `scheduled` as soon as a job is assigned, so until then it lacks a runner.
    wait_reason: row.state === 'scheduled' ? 'runner' : null,
    branch: row.branch,
    commit: row.commit,
    message: row.message,
    source: row.source,
    error_code: row.error_code,
    error_message: row.error_message,
    created_at: formatInstant(row.created_at),
    scheduled_at: formatInstant(row.created_at),
    started_at: formatOptionalInstant(row.started_at),
    finished_at: formatOptionalInstant(row.finished_at),
  }
}
