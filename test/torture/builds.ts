/** Submits builds of a server and waits for them. */
import { until } from '@harmont/test-kit/until'
import { stepOf } from '../../packages/engine/src/index.ts'
import { flatIr } from '../product.ts'
import { allRemains } from './remains.ts'
import type { TortureServer } from './server.ts'
import { irSteps, type Step } from './steps.ts'

export interface Submitted {
  readonly id: string
  readonly number: number
  readonly pipeline: string
  readonly steps: readonly Step[]
}

/** Creates the pipeline if it is missing. */
export async function openPipeline({ api }: Pick<TortureServer, 'api'>, name: string): Promise<void> {
  await api.ensurePipeline({ name, repository: `local/${name}`, default_branch: 'main' })
}

/** Submits a build and returns it after the response 201. */
export async function submit(
  server: Pick<TortureServer, 'api' | 'pool'>,
  pipeline: string,
  steps: readonly Step[],
  address: string,
  more: { readonly timeout_seconds?: number } = {},
): Promise<Submitted> {
  const { number } = await server.api.createBuild(pipeline, {
    branch: 'main',
    commit: '0'.repeat(40),
    pipeline_ir: flatIr(irSteps(steps, address), more),
  })
  return { ...(await findBuild(server, pipeline, number)), steps }
}

export async function findBuild(
  { pool }: Pick<TortureServer, 'pool'>,
  pipeline: string,
  number: number,
): Promise<Omit<Submitted, 'steps'>> {
  const { rows } = await pool.query<{ id: string }>(
    'select r.id from build_records r join pipelines p on p.id = r.pipeline_id where p.slug = $1 and r.number = $2',
    [pipeline, number],
  )
  const [row] = rows
  if (row === undefined) throw new Error(`${pipeline} has no build #${number}`)
  return { id: row.id, number, pipeline }
}

export async function isOver({ pool }: Pick<TortureServer, 'pool'>, id: string): Promise<boolean> {
  const { rows } = await pool.query('select 1 from engine.builds where id = $1 and finished_at is not null', [id])
  return rows.length === 1
}

/** Waits for the end of a build despite outages of the database. */
export async function untilOver(
  server: Pick<TortureServer, 'pool' | 'directory'>,
  id: string,
  timeoutMs = 300_000,
): Promise<void> {
  const look = async () => {
    try {
      return (await isOver(server, id)) ? 'over' : await openJobs(server, id)
    } catch (error) {
      return error
    }
  }
  const { directory } = server
  await until(look, (found) => found === 'over', { timeoutMs, restMs: 50 }).catch((error: unknown) => {
    throw new Error(`build ${id} is not over; left are ${allRemains(directory).join('\n')}`, { cause: error })
  })
}

/** Returns the unfinished jobs of a build, for messages. */
async function openJobs({ pool }: Pick<TortureServer, 'pool'>, id: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ words: string }>(
    `select ${stepOf('p', 'j')} ->> 'key' || ': ' || j.state as words from engine.jobs j join engine.plans p on p.build_id = j.build_id
      where j.build_id = $1 and j.finished_at is null order by j.step`,
    [id],
  )
  return rows.map(({ words }) => words)
}
