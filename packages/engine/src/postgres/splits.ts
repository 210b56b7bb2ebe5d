import type pg from 'pg'
import { type Deal, deal, type SplitFile } from '../splits/deal.ts'
import { type FileSplit, type SplitStore, splitKey } from '../splits/split-store.ts'

/** The most reports that count, and the results of builds after which no older build counts. */
const mostReports = 500
const mostResults = 50_000

/** The reports `r` that count: not those of forks, of cached steps, and those whose passes are removed. */
const counts = (r: string) =>
  `${r}.pipeline = $1 and ${r}.at is not null and ${r}.trusted and not ${r}.cached and not ${r}.thinned`

/**
 * Finds how long the files of a pipeline's tests took. Uploads count only where the server has not
 * built what it fetched itself.
 */
export const fileTimesText = `with recent as (
    select r.id, r.build_id, r.passed + r.failed + r.skipped + r.errored as results from engine.test_reports r
    where ${counts('r')} and r.fetched = (select f.fetched from engine.test_reports f where ${counts('f')}
      order by f.fetched desc, f.id desc limit 1)
    order by r.id desc limit ${mostReports}),
  -- Whole builds: each of their shards has reported other files.
  builds as (
    select build_id, sum(sum(results)) over (order by max(id) desc) - sum(results) as newer from recent group by build_id),
  newest as (select r.id from recent r join builds b on b.build_id = r.build_id where b.newer < ${mostResults}),
  files as (
    -- A failed test may name the file in which it failed, in place of its own.
    select n.id, case when x.state in ('p', 's') then coalesce(x.file, c.file) else c.file end as path, sum(x.duration_ms) as ms
    -- \`offset 0\` makes it look up each report: other pipelines have many more.
    from newest n cross join lateral (select * from engine.test_results x where x.report = n.id offset 0) x
    join engine.test_cases c on c.id = x.test
    group by 1, 2)
  select path, percentile_cont(0.5) within group (order by ms) as ms from files where path is not null and ms is not null group by path`

export class PostgresSplits implements SplitStore {
  readonly #pool: pg.Pool

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  async deal(buildId: string, split: FileSplit, files: readonly SplitFile[]): Promise<Deal> {
    const key = splitKey(split)
    const known = await this.#dealt(buildId, key)
    if (known !== undefined) return known
    const made = deal(files, await this.#times(buildId), split.total)
    await this.#pool.query({
      name: 'engine-write-split',
      // Another shard of the same build may be faster.
      text: 'insert into engine.splits (build_id, key, shards) values ($1, $2, $3) on conflict do nothing',
      values: [buildId, key, JSON.stringify(made)],
    })
    const stored = await this.#dealt(buildId, key)
    if (stored === undefined) throw new Error(`there is no build ${buildId}`)
    return stored
  }

  async #dealt(buildId: string, key: string): Promise<Deal | undefined> {
    const { rows } = await this.#pool.query<{ shards: Deal }>({
      name: 'engine-split',
      text: 'select shards from engine.splits where build_id = $1 and key = $2',
      values: [buildId, key],
    })
    return rows[0]?.shards
  }

  async #times(buildId: string): Promise<ReadonlyMap<string, number>> {
    const { rows: builds } = await this.#pool.query<{ pipeline: string }>({
      name: 'engine-pipeline-of-build',
      text: 'select pipeline from engine.builds where id = $1',
      values: [buildId],
    })
    const { rows } = await this.#pool.query<{ path: string; ms: number }>({
      name: 'engine-file-times',
      text: fileTimesText,
      values: [builds[0]?.pipeline ?? ''],
    })
    return new Map(rows.map(({ path, ms }) => [path, ms]))
  }
}
