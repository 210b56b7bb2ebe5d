import type pg from 'pg'
import { type Deal, deal, type SplitFile } from '../../splits/deal.ts'
import { type FileSplit, type SplitStore, splitKey } from '../../splits/split-store.ts'

/**
 * Maximum number of reports that count, and the number of file times after which no older build
 * counts.
 */
const mostReports = 500
const mostTimes = 10_000

/**
 * Selects the reports `r` that count, which excludes forks, cached steps, and reports with removed
 * passes.
 */
const counts = (r: string) =>
  `${r}.pipeline = $1 and ${r}.at is not null and ${r}.trusted and not ${r}.cached and not ${r}.thinned`

/**
 * Stores the duration of the tests of each file in their report, once all its results are written.
 * Adding them up for each deal would read every result of many builds.
 */
export const noteFileTimesText = `with times as (
    -- A failed test may name the file in which it failed, in place of its own.
    select case when x.state in ('p', 's') then coalesce(x.file, c.file) else c.file end as path, sum(x.duration_ms) as ms
    from engine.test_results x join engine.test_cases c on c.id = x.test where x.report = $1 group by 1)
  update engine.test_reports r set files = t.files, file_times = t.times
  from (select count(*) as files, json_object_agg(path, ms) as times from times where path is not null and ms is not null) t
  where r.id = $1`

/**
 * Finds the durations of the files of a pipeline's tests. Uploads count only if the server has
 * built nothing that it fetched itself.
 */
export const fileTimesText = `with recent as (
    select r.id, r.build_id, r.files, r.file_times from engine.test_reports r
    where ${counts('r')} and r.fetched = (select f.fetched from engine.test_reports f where ${counts('f')}
      order by f.fetched desc, f.id desc limit 1)
    order by r.id desc limit ${mostReports}),
  -- Whole builds: each of their shards has reported other files.
  builds as (
    select build_id, sum(sum(files)) over (order by max(id) desc) - sum(files) as newer from recent group by build_id)
  select t.key as path, percentile_cont(0.5) within group (order by t.value::float8) as ms
  from recent r join builds b on b.build_id = r.build_id and b.newer < ${mostTimes}
  cross join lateral json_each_text(r.file_times) t group by t.key`

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
      // Another shard of the same build may have been faster.
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
