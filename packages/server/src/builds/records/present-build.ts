import type { components } from '@harmont/contract'
import { isBuildTerminal, reasonOfGate } from '@harmont/engine'
import type { Complete } from '../../platform/http/index.ts'
import { formatInstant, formatOptionalInstant } from '../../platform/input/instant.ts'
import type { BuildRow } from './store.ts'

type BuildBody = Complete<components['schemas']['Build']>

/** Returns a build as members of its organization see it. */
export function presentBuild(row: BuildRow, pipelineSlug: string): BuildBody {
  return {
    id: row.id,
    number: row.number,
    pipeline_slug: pipelineSlug,
    state: row.state,
    wait_reason: waitReason(row),
    branch: row.branch,
    commit: row.commit,
    message: row.message,
    source: row.source,
    tag: row.tag,
    author: author(row),
    pull_request: pullRequest(row),
    rebuild_of: row.rebuild_of,
    error_code: row.error_code,
    error_message: row.error_message,
    created_at: formatInstant(row.created_at),
    scheduled_at: formatInstant(row.queued_at),
    started_at: formatOptionalInstant(row.started_at),
    finished_at: formatOptionalInstant(row.finished_at),
  }
}

function waitReason({ state, held, awaits_place, gate }: BuildRow): string | null {
  if (held && state === 'scheduled') return 'approval'
  if (awaits_place && !isBuildTerminal(state)) return 'concurrency_group'
  if (state !== 'scheduled') return null
  // A build leaves `scheduled` as soon as a job is assigned: until then it has no runner, or a
  // limit delays it.
  return gate === null ? 'runner' : reasonOfGate(gate)
}

function author({ author_id, author_name, author_email }: BuildRow): BuildBody['author'] {
  return author_name === null ? null : { user_uuid: author_id, name: author_name, email: author_email }
}

function pullRequest({ pull_request: found, base_branch }: BuildRow): BuildBody['pull_request'] {
  if (found === null) return null
  const { number, title, url, headRepository, fork } = found
  return { number, title, url, base_branch, head_repository: headRepository, fork }
}

/**
 * Returns the run time of a build so far, in ms; null before it has begun. It is the sum of the
 * periods in which the build had work, each from its start or a retry to its end.
 */
export function runMs(
  { started_at, finished_at, idle_ms }: Pick<BuildRow, 'started_at' | 'finished_at' | 'idle_ms'>,
  now: number,
): number | null {
  if (started_at === null) return null
  return Math.max(0, (finished_at?.getTime() ?? now) - started_at.getTime() - idle_ms)
}
