import type { JobState } from '@harmont/engine'
import type { Database } from '../../platform/database/transaction.ts'
import type { Caller } from '../../platform/http/index.ts'
import type { LogName } from './download-name.ts'

/** The build of a job; undefined when there is no such job. */
export async function findBuildOfJob(database: Database, jobId: string): Promise<string | undefined> {
  const { rows } = await database.query<{ build_id: string }>({
    name: 'find-build-of-job',
    text: 'select build_id from engine.jobs where id = $1',
    values: [jobId],
  })
  return rows[0]?.build_id
}

export async function findOrganizationOfBuild(database: Database, buildId: string): Promise<string | undefined> {
  const { rows } = await database.query<{ organization_id: string }>({
    name: 'find-organization-of-build',
    text: 'select organization_id from build_records where id = $1',
    values: [buildId],
  })
  return rows[0]?.organization_id
}

/** The organization that a build belongs to; undefined unless the caller is a member of it and the credential shows it. */
export async function findReadOrganization(
  database: Database,
  caller: Caller,
  buildId: string,
): Promise<string | undefined> {
  const { rows } = await database.query<{ organization_id: string }>({
    name: 'find-read-organization',
    text: `select p.organization_id from build_records r
             join pipelines p on p.id = r.pipeline_id
             join memberships m on m.organization_id = p.organization_id and m.user_id = $2
            where r.id = $1 and ($3::uuid[] is null or p.organization_id = any ($3))`,
    values: [buildId, caller.userId, caller.organizationIds],
  })
  return rows[0]?.organization_id
}

export async function jobState(database: Database, jobId: string): Promise<JobState> {
  const { rows } = await database.query<{ state: JobState }>({
    name: 'job-state',
    text: 'select state from engine.jobs where id = $1',
    values: [jobId],
  })
  const [row] = rows
  if (row === undefined) throw new Error(`the job ${jobId} was deleted while its log was being read`)
  return row.state
}

/** What the log of a job is called after. */
export async function findLogName(database: Database, jobId: string): Promise<LogName> {
  const { rows } = await database.query<LogName>({
    name: 'find-log-name',
    text: `select o.slug as organization, p.slug as pipeline, r.number, s.steps -> j.step ->> 'key' as step, j.attempt
             from engine.jobs j
             left join engine.plans s on s.build_id = j.build_id
             join build_records r on r.id = j.build_id
             join pipelines p on p.id = r.pipeline_id
             join organizations o on o.id = p.organization_id
            where j.id = $1`,
    values: [jobId],
  })
  const [row] = rows
  if (row === undefined) throw new Error(`the job ${jobId} was deleted while its log was being read`)
  return row
}
