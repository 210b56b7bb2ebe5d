/** Stores appended steps in one row each, so that readers of one step read no others. */
import type pg from 'pg'
import type { LiveBuild } from '../core/live-build.ts'
import type { Step } from '../core/model.ts'

/**
 * Returns SQL for the document of a job's step. `plan` is the alias of the build's row in
 * `engine.plans`, and `job` is the alias of the job's row in `engine.jobs`.
 */
export function stepOf(plan: string, job: string): string {
  return `coalesce(${plan}.steps->${job}.step,
    (select s.document from engine.appended_steps s where s.build_id = ${job}.build_id and s.step = ${job}.step))`
}

/** Writes the last steps of a build, in the client's open transaction and in one statement. */
export async function writeAppended(
  client: pg.ClientBase,
  { header, steps }: Pick<LiveBuild, 'header' | 'steps'>,
  appended: readonly Step[],
): Promise<void> {
  const first = steps.length - appended.length
  await client.query({
    name: 'engine-write-appended',
    text: `insert into engine.appended_steps (build_id, step, document)
      select $1, r.step, r.document from json_to_recordset($2::json) as r(step int, document json)`,
    values: [header.id, JSON.stringify(appended.map((document, index) => ({ step: first + index, document })))],
  })
}

/** Reads the appended steps of a build from a slot on. */
export async function readAppended(client: pg.ClientBase, buildId: string, first: number): Promise<readonly Step[]> {
  const { rows } = await client.query<{ document: Step }>({
    name: 'engine-read-appended',
    text: 'select document from engine.appended_steps where build_id = $1 and step >= $2 order by step',
    values: [buildId, first],
  })
  return rows.map(({ document }) => document)
}
