import { allPages, type CloudClient, CloudError, type Schemas } from '@harmont/cloud'
import { listPipelines } from '@harmont/render'
import type { Context } from '../context.ts'
import { exits, HmError } from '../errors.ts'
import { repositoryHere } from '../project/read-project.ts'

type Here = Pick<Context, 'config' | 'directory' | 'signal'>
type ListingHere = Here & Pick<Context, 'env' | 'cacheDirectory'>

/**
 * Returns the pipeline for commands without `-p`: `cloud.pipeline`, or the repository's only one,
 * or its `default_pipeline`. Throws exit 5 if there is none.
 */
export async function defaultPipeline(here: Here, client: CloudClient, org: string): Promise<string> {
  const config = await here.config()
  const configured = config.get('cloud.pipeline')
  if (configured !== undefined) return configured
  const repository = await repositoryHere(here.directory)
  if (repository === null) throw unclear(`no git remote, so the pipeline is unknown`, [])
  const ours = await pipelinesOf(client, org, repository, here.signal)
  const [only, another] = ours
  if (only === undefined) throw unclear(`${org} has no pipeline for ${repository}`, [])
  if (another === undefined) return only.slug
  const wanted = config.get('default_pipeline')
  const chosen = ours.find(({ source_slug }) => source_slug === wanted && wanted !== undefined)
  if (chosen !== undefined) return chosen.slug
  throw unclear(`${repository} has several pipelines`, ours)
}

/** Lists a repository's pipelines on the server, without archived ones. */
async function pipelinesOf(
  client: CloudClient,
  org: string,
  repository: string,
  signal: AbortSignal,
): Promise<Schemas['Pipeline'][]> {
  const all = await Array.fromAsync(allPages((page) => client.listPipelines({ org, ...page }, { signal })))
  return all.filter(({ repo_name, archived_at }) => isSame(repo_name, repository) && (archived_at ?? null) === null)
}

/** Repository names are case-insensitive. */
export function isSame(one: string | null | undefined, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase()
}

function unclear(message: string, pipelines: readonly Schemas['Pipeline'][]): HmError {
  const slugs = pipelines.map(({ slug }) => slug).slice(0, 10)
  const which =
    slugs.length === 0 ? 'pass -p SLUG; hm pipeline list shows the slugs' : `pass -p with one of: ${slugs.join(', ')}`
  return new HmError(exits.notFound, 'pipeline_not_found', message, { fix: which })
}

/**
 * Returns the server's slug of the pipeline that `-p` names. Prefers the project's own pipeline, by
 * its slug on the server or in the repository, to other pipelines of the organization. Throws exit
 * 5 for a slug of the project if the server has it only for another project's pipeline.
 */
export async function namedPipeline(
  here: ListingHere,
  client: CloudClient,
  org: string,
  wanted: string,
): Promise<string> {
  const configured = (await here.config()).get('cloud.pipeline')
  if (configured === wanted) return wanted
  const get = (pipeline: string) => unlessNotFound(client.getPipeline({ org, pipeline }, { signal: here.signal }))
  const [found, repository] = await Promise.all([get(wanted), repositoryHere(here.directory)])
  if (found !== null && repository !== null && isSame(found.repo_name, repository)) return wanted
  if (configured !== undefined) {
    const isMeant = (await get(configured))?.source_slug === wanted || (await projectHas(here, wanted))
    return isMeant ? configured : wanted
  }
  const own = repository === null ? [] : await pipelinesOf(client, org, repository, here.signal)
  const meant = own.find(({ source_slug }) => source_slug === wanted)
  if (meant !== undefined) return meant.slug
  if (found?.repo_name && (await projectHas(here, wanted))) throw anothers(found, org)
  return wanted
}

async function projectHas({ directory, env, cacheDirectory, signal }: ListingHere, wanted: string): Promise<boolean> {
  const options = { project: directory, context: null, env, cacheDirectory, signal }
  const { pipelines, errors } = await listPipelines(options)
  return [...pipelines, ...errors].some(({ slug }) => slug === wanted)
}

function anothers({ slug, repo_name }: Schemas['Pipeline'], org: string): HmError {
  const message = `${org} has no pipeline ${slug} of this project; its ${slug} belongs to ${repo_name}`
  const fix = `hm run ${slug} --cloud creates it; to use the other one, run this outside the project`
  return new HmError(exits.notFound, 'pipeline_not_found', message, { fix })
}

/** Returns the response; null if the server has no such pipeline. */
export async function unlessNotFound<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof CloudError && error.code === 'pipeline_not_found') return null
    throw error
  }
}
