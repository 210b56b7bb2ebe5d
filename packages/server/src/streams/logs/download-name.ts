import { stepOf } from '@harmont/engine'
import type { Database } from '../../platform/database/transaction.ts'
import { attachment } from '../../platform/http/index.ts'

/** The names in the file name of a downloaded log. */
interface LogName {
  readonly organization: string
  readonly pipeline: string
  readonly number: number
  /** null for the rendering job. */
  readonly step: string | null
  /** null for the job itself. */
  readonly service: string | null
  readonly attempt: number
}

const longestStep = 120

/** Returns the `Content-Disposition` of a downloaded log. */
export function disposition({ organization, pipeline, number, step, service, attempt }: LogName): string {
  const key = (step ?? 'render').slice(0, longestStep)
  const of = service === null ? '' : `-${service}`
  return attachment(`${organization}-${pipeline}-${number}-${key}${of}-${attempt}.log`)
}

/** Finds the names in the file name of a job's downloaded log. */
export async function findLogName(database: Database, jobId: string): Promise<LogName> {
  const { rows } = await database.query<LogName>({
    name: 'find-log-name',
    text: `select o.slug as organization, p.slug as pipeline, r.number, ${stepOf('s', 'j')} ->> 'key' as step, l.service, j.attempt
             from engine.log_jobs l
             join engine.jobs j on j.id = l.job_id
             left join engine.plans s on s.build_id = j.build_id
             join build_records r on r.id = j.build_id
             join pipelines p on p.id = r.pipeline_id
             join organizations o on o.id = p.organization_id
            where l.id = $1`,
    values: [jobId],
  })
  const [row] = rows
  if (row === undefined) throw new Error(`the job ${jobId} was deleted while its log was being read`)
  return row
}
