import type { BuildState } from '@harmont/engine'
import { findPipeline } from '../../organizations/index.ts'
import { Conditions } from '../../platform/database/conditions.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { apiError, queryError } from '../../platform/http/index.ts'
import { parseInstant } from '../../platform/input/instant.ts'
import type { AgeKey } from '../../platform/pagination/page.ts'
import { readBuildFilter } from '../records/build-filter.ts'

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

/** Parses the filter of a list. Throws 400 `query_invalid`, and 404 for an absent pipeline. */
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
  throw queryError(name, 'must be an instant such as `2026-01-31T12:00:00Z`, or a day')
}

interface OrganizationBuildFilter {
  readonly pipelineId: string | null
  readonly states: readonly BuildState[] | null
  readonly branch: string | null
  /** A prefix of the commit. */
  readonly commit: string | null
  /** The id, address or name of a user. */
  readonly author: string | null
  readonly source: string | null
  /** A part of the message, the branch or the author's name; or the build's number. */
  readonly q: string | null
  readonly from: Date | null
  readonly to: Date | null
}

interface BuildKeyRow {
  readonly id: string
  readonly created_at: Date
}

/** Lists the keys of an organization's builds, newest first, after a key. */
export async function listBuildKeys(
  database: Database,
  organizationId: string,
  filter: OrganizationBuildFilter,
  page: { readonly after: AgeKey | null; readonly limit: number },
): Promise<readonly BuildKeyRow[]> {
  const where = new Conditions([organizationId, page.limit])
  if (filter.pipelineId !== null) where.add('r.pipeline_id = ?', filter.pipelineId)
  if (filter.states !== null) where.add('r.state = any(?)', filter.states)
  if (filter.branch !== null) where.add('r.branch = ?', filter.branch)
  if (filter.commit !== null) where.add('starts_with(r.commit, ?)', filter.commit)
  if (filter.author !== null)
    where.add(
      '(r.author_id = any(select id from users where id::text = ? or email = lower(?) or name = ?) or r.author_name = ? or r.author_email = ?)',
      filter.author,
    )
  if (filter.source !== null) where.add('r.source = ?', filter.source)
  if (filter.q !== null)
    where.add(
      `(position(lower(?) in lower(coalesce(r.message, ''))) > 0 or position(lower(?) in lower(r.branch)) > 0
        or position(lower(?) in lower(coalesce(r.author_name, ''))) > 0 or r.number::text = ltrim(?, '#'))`,
      filter.q,
    )
  if (filter.from !== null) where.add('r.created_at >= ?', filter.from)
  if (filter.to !== null) where.add('r.created_at < ?', filter.to)
  if (page.after !== null) where.add('(r.created_at, r.id) < (?0, ?1)', page.after.createdAt, page.after.id)
  const { rows } = await database.query<BuildKeyRow>({
    ...(where.isEmpty ? { name: 'list-build-keys' } : {}),
    text: `select r.id, r.created_at from build_records r where r.organization_id = $1 ${where.text}
            order by r.created_at desc, r.id desc limit $2`,
    values: where.values,
  })
  return rows
}
