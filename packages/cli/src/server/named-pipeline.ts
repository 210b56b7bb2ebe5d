import type { CloudClient, Schemas } from '@harmont/cloud'
import { listPipelines } from '@harmont/render'
import type { Context } from '../context.ts'
import { exits, HmError } from '../errors.ts'
import { isSame, pipelinesOf, repositoryHere } from './default-pipeline.ts'
import { unlessNotFound } from './unless-not-found.ts'

type Here = Pick<Context, 'config' | 'directory' | 'signal' | 'env' | 'cacheDirectory'>

/**
 * The server's slug of the pipeline that `-p` names. The project's own is meant, by its slug on the server or in the repository, before any other of the
 * organization. Throws exit 5 for a slug that the project has too, where the server has only another project's.
 */
export async function namedPipeline(here: Here, client: CloudClient, org: string, wanted: string): Promise<string> {
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

async function projectHas({ directory, env, cacheDirectory, signal }: Here, wanted: string): Promise<boolean> {
  const options = { project: directory, context: null, env, cacheDirectory, signal }
  const { pipelines, errors } = await listPipelines(options)
  return [...pipelines, ...errors].some(({ slug }) => slug === wanted)
}

function anothers({ slug, repo_name }: Schemas['Pipeline'], org: string): HmError {
  const message = `${org} has no pipeline ${slug} of this project; its ${slug} belongs to ${repo_name}`
  const fix = `hm run ${slug} --cloud creates it; to use the other one, run this outside the project`
  return new HmError(exits.notFound, 'pipeline_not_found', message, { fix })
}
