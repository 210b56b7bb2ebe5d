import { allPages, type CloudClient, type Schemas } from '@harmont/cloud'
import { readGitFacts } from '@harmont/source-set'
import type { Context } from '../context.ts'
import { exits, HmError } from '../errors.ts'
import { sourceFailure } from '../project/render-project.ts'
import { repositoryOf } from '../runs/local-context.ts'
import { collect } from './collect.ts'

type Here = Pick<Context, 'config' | 'directory' | 'signal'>

/** The pipeline that commands without `-p` are about: `cloud.pipeline`, else this repository's, `default_pipeline` of them where there are several. Exit 5 without one. */
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

/** `owner/name` of the project's remote; null without one. */
export async function repositoryHere(directory: string): Promise<string | null> {
  try {
    return repositoryOf((await readGitFacts(directory))?.remote ?? null)
  } catch (error) {
    throw sourceFailure(error)
  }
}

/** A repository's pipelines on the server, without archived ones. */
export async function pipelinesOf(
  client: CloudClient,
  org: string,
  repository: string,
  signal: AbortSignal,
): Promise<Schemas['Pipeline'][]> {
  const all = await collect(allPages((page) => client.listPipelines({ org, ...page }, { signal })))
  return all.filter(({ repo_name, archived_at }) => isSame(repo_name, repository) && (archived_at ?? null) === null)
}

/** Names of repositories are compared without regard to case. */
export function isSame(one: string | null | undefined, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase()
}

function unclear(message: string, pipelines: readonly Schemas['Pipeline'][]): HmError {
  const slugs = pipelines.map(({ slug }) => slug).slice(0, 10)
  const which =
    slugs.length === 0 ? 'pass -p SLUG; hm pipeline list shows the slugs' : `pass -p with one of: ${slugs.join(', ')}`
  return new HmError(exits.notFound, 'pipeline_not_found', message, { fix: which })
}
