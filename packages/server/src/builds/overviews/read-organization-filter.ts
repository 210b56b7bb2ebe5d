import { findPipeline } from '../../organizations/index.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'
import { parseInstant } from '../../platform/input/instant.ts'
import { readBuildFilter } from '../records/build-filter.ts'
import type { OrganizationBuildFilter } from './build-list-store.ts'

interface FilterQuery {
  readonly pipeline?: string
  readonly state?: string
  readonly branch?: string
  readonly commit?: string
  readonly author?: string
  readonly source?: string
  readonly q?: string
  readonly from?: string
  readonly to?: string
}

/** What a list of an organization's builds is narrowed to. Throws 400 `query_invalid`, 404 for a pipeline that is not there. */
export async function readOrganizationFilter(
  database: Database,
  organizationId: string,
  query: FilterQuery,
): Promise<OrganizationBuildFilter> {
  const { pipeline, author, q, from, to, ...common } = query
  const found = pipeline === undefined ? null : await findPipeline(database, organizationId, pipeline)
  if (found === undefined) throw apiError('pipeline_not_found', 'Pipeline not found in this organization.')
  return {
    ...readBuildFilter(common),
    pipelineId: found?.id ?? null,
    author: author || null,
    q: q?.trim() || null,
    from: readInstant('from', from),
    to: readInstant('to', to),
  }
}

function readInstant(name: 'from' | 'to', text: string | undefined): Date | null {
  if (text === undefined || text === '') return null
  const instant = parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text)
  if (instant !== undefined) return instant
  const message = 'must be an instant such as `2026-01-31T12:00:00Z`, or a day'
  throw apiError('query_invalid', `The query parameter \`${name}\` ${message}.`, { errors: [{ field: name, message }] })
}
