import type { BuildAddress, Job } from '@harmont/cloud'
import type { Context } from '../context.ts'
import { exits, HmError, usageError } from '../errors.ts'
import { defaultPipeline, namedPipeline } from './pipeline-address.ts'
import type { Session } from './session.ts'

type Here = Pick<Context, 'config' | 'directory' | 'signal' | 'env' | 'cacheDirectory'>

/** The pipeline that `-p` names, or this project's. */
export async function pipelineAddress(here: Here, session: Session, flag: string | undefined) {
  const org = await session.org()
  const { client } = session
  const pipeline =
    flag === undefined ? await defaultPipeline(here, client, org) : await namedPipeline(here, client, org, flag)
  return { org, pipeline }
}

/**
 * Returns the address of the numbered build, or of the pipeline's newest. Throws exit 5 if there is
 * none, exit 2 for an invalid number.
 */
export async function buildAddress(
  here: Here,
  session: Session,
  { pipeline, build }: { readonly pipeline: string | undefined; readonly build: string | number | undefined },
): Promise<BuildAddress> {
  const number = build === undefined ? undefined : buildNumber(build)
  const address = await pipelineAddress(here, session, pipeline)
  return number === undefined ? newestBuild(here, session, address) : { ...address, number }
}

/** Returns the address of a pipeline's newest build. Throws exit 5 if there is none. */
export async function newestBuild(
  { signal }: Pick<Here, 'signal'>,
  { client }: Session,
  address: Omit<BuildAddress, 'number'>,
): Promise<BuildAddress> {
  const [last] = (await client.listBuilds({ ...address, limit: 1 }, { signal })).data
  if (last === undefined) throw new HmError(exits.notFound, 'build_not_found', `${address.pipeline} has no builds yet`)
  return { ...address, number: last.number }
}

function buildNumber(text: string | number): number {
  const number = Number(String(text).replace(/^#/, ''))
  if (!Number.isSafeInteger(number) || number < 1)
    throw usageError(`a build number is a positive integer; got ${JSON.stringify(text)}`)
  return number
}

/** Finds a job by its id or the key of its step. Throws exit 5 if there is none. */
export async function findJob(here: Here, { client }: Session, address: BuildAddress, wanted: string): Promise<Job> {
  const { data } = await client.listJobs(address, { signal: here.signal })
  const found = data.find(({ id, step_key }) => step_key === wanted || id === wanted)
  if (found !== undefined) return found
  if (isJobId(wanted)) return client.getJob({ ...address, job_id: wanted }, { signal: here.signal })
  const keys = data.flatMap(({ step_key }) => step_key ?? []).slice(0, 20)
  throw new HmError(exits.notFound, 'job_not_found', `build #${address.number} has no step ${wanted}`, {
    fix: keys.length === 0 ? 'hm job list' : `its steps are ${keys.join(', ')}`,
  })
}

/**
 * Whether a text has the format of a job id. The ids of earlier attempts are not in the list of
 * jobs.
 */
export function isJobId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}

/** Returns the address of a build's page. */
export function buildUrl(appUrl: string, { org, pipeline, number }: BuildAddress): string {
  return `${appUrl}/${encodeURIComponent(org)}/pipelines/${encodeURIComponent(pipeline)}/builds/${number}`
}
