import { type PipelineRow, pipelineColumns } from '../../organizations/index.ts'
import type { Database } from '../../platform/database/transaction.ts'
import type { CursorKey } from '../../platform/http/index.ts'

type PipelineState = 'failing' | 'running' | 'never_built'
type PipelineSort = 'activity' | 'name' | 'failing'

interface PipelineWish {
  /** A part of the name, the slug or the repository. */
  readonly q: string | null
  readonly state: PipelineState | null
  readonly sort: PipelineSort
  readonly after: CursorKey | null
  readonly limit: number
}

export interface SortedPipelineRow extends PipelineRow {
  /** The first columns of the sort key, as text so that a cursor holds them exactly. */
  readonly rank: number
  readonly sort_text: string
}

const newestEnd = (more: string) => `
  select r.state from build_records r
   where r.pipeline_id = p.id and r.branch = p.default_branch and r.pull_request is null and r.state in ('passed', 'failed') ${more}
   order by r.number desc limit 1`
/** A condition: the repository of pipeline `p` is connected. */
export const isConnected = `
  lower(p.repo_name) in (select lower(c.owner || '/' || c.name) from active_repositories c where c.organization_id = p.organization_id)`

/**
 * Finds the verdict on a pipeline: the state of its default branch's newest build that passed or
 * failed. A running or canceled build does not count. Nor does one of another branch: a pull
 * request's branch may have the same name. An upload merely claims its branch. It counts only if
 * the repository is not connected, or the server has not finished a build of a commit that it
 * fetched itself.
 */
const newestVerdict = `
  select coalesce(case when ${isConnected} then (${newestEnd("and r.ref_class = 'fetched'")}) end, (${newestEnd('')})) as state`

const stateConditions: Readonly<Record<PipelineState, string>> = {
  failing: `d.state = 'failed'`,
  running: `exists (select 1 from build_records r where r.pipeline_id = p.id and r.state in ('scheduled', 'running', 'failing', 'canceling'))`,
  never_built: 'p.last_build_number = 0',
}

// Times are negated, so that all three orders ascend.
const age = `to_char(8e12 - extract(epoch from coalesce(l.created_at, p.created_at)) * 1000, 'FM0000000000000')`
const orders: Readonly<Record<PipelineSort, readonly [rank: string, text: string]>> = {
  activity: ['0', age],
  name: ['0', 'lower(p.name)'],
  failing: [`case when d.state = 'failed' then 0 else 1 end`, age],
}

/** Lists the live pipelines of an organization in the requested order, after a key. */
export async function listSortedPipelines(
  database: Database,
  organizationId: string,
  { q, state, sort, after, limit }: PipelineWish,
): Promise<readonly SortedPipelineRow[]> {
  const [rank, text] = orders[sort]
  const { rows } = await database.query<SortedPipelineRow>({
    name: `list-sorted-pipelines-${sort}-${state}`,
    text: `select * from (
             select ${pipelineColumns
               .split(', ')
               .map((column) => `p.${column}`)
               .join(', ')}, ${rank} as rank, ${text} collate "C" as sort_text
               from pipelines p
               left join lateral (
                 select r.created_at from build_records r where r.pipeline_id = p.id order by r.number desc limit 1) l on true
               left join lateral (${newestVerdict}) d on true
              where p.organization_id = $1 and p.archived_at is null ${state === null ? '' : `and ${stateConditions[state]}`}
                and ($2::text is null or position($2 in lower(p.name)) > 0 or position($2 in p.slug) > 0
                     or position($2 in lower(p.repository)) > 0)) s
            where $3::int is null or (rank, sort_text, id) > ($3, $4::text collate "C", $5::uuid)
            order by rank, sort_text, id
            limit $6`,
    values: [
      organizationId,
      q?.toLowerCase() ?? null,
      after?.[0] ?? null,
      after?.[1] ?? null,
      after?.[2] ?? null,
      limit,
    ],
  })
  return rows
}
