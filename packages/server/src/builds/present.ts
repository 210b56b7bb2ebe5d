import type { components } from '@harmont/contract'
import type { Complete } from '../http/index.ts'
import { formatInstant, formatOptionalInstant } from '../input/instant.ts'
import type { BuildRow } from './store.ts'

type BuildBody = Complete<components['schemas']['Build']>

/** A build as the members of its organization see it. */
export function presentBuild(row: BuildRow, pipelineSlug: string): BuildBody {
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
    author: presentAuthor(row),
    tag: null,
    pull_request: null,
    rebuild_of: null,
    error_code: row.error_code,
    error_message: row.error_message,
    created_at: formatInstant(row.created_at),
    scheduled_at: formatInstant(row.created_at),
    started_at: formatOptionalInstant(row.started_at),
    finished_at: formatOptionalInstant(row.finished_at),
  }
}

function presentAuthor({ author_id, author_name, author_email }: BuildRow): BuildBody['author'] {
  return author_name === null ? null : { user_uuid: author_id, name: author_name, email: author_email }
}
