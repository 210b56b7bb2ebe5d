import { allPages, type Schemas } from '@harmont/cloud'
import { readGitFacts } from '@harmont/source-set'
import { exits, usageError } from '../errors.ts'
import { slugFor } from '../project/project-name.ts'
import { repositoryOf } from '../project/read-project.ts'
import { sourceFailure } from '../project/render-project.ts'
import { defaultPipeline } from '../server/pipeline-address.ts'
import { signedIn } from '../server/session.ts'
import { minute, printFacts, printTable } from '../terminal/table.ts'
import { freeName, takenFailure } from './taken-slug.ts'

/** `hm pipeline list`. */
export const list = signedIn<'pipeline list'>(async ({ output, flags, global, signal }, { client, org }) => {
  const slug = await org()
  const data = await Array.fromAsync(
    allPages((page) => client.listPipelines({ org: slug, ...page }, { signal }), flags.limit),
  )
  if (global.json) await output.json({ data })
  else {
    const rows = data.map((pipeline) => [pipeline.slug, pipeline.name, pipeline.repo_name ?? pipeline.repository])
    await printTable(output, ['SLUG', 'NAME', 'REPOSITORY'], rows)
  }
  return exits.ok
})

/** `hm pipeline show`. */
export const show = signedIn<'pipeline show'>(async (context, session) => {
  const { output, args, global, signal } = context
  const org = await session.org()
  const { client } = session
  const address = { org, pipeline: args.slug ?? (await defaultPipeline(context, client, org)) }
  const pipeline = await client.getPipeline(address, { signal })
  if (global.json) await output.json(pipeline)
  else await printFacts(output, pipelineFacts(pipeline, session.appUrl, org))
  return exits.ok
})

/** `hm pipeline create`. */
export const create = signedIn<'pipeline create'>(
  async ({ output, args, flags, global, signal, directory }, { client, org }) => {
    const git = await readGitFacts(directory).catch((error: unknown) => {
      throw sourceFailure(error)
    })
    const repository = flags.repository ?? git?.remote
    if (repository === undefined || repository === null)
      throw usageError('no git remote, so the repository is unknown', 'pass --repository URL')
    const body = {
      // The server derives the slug from the name alone.
      name: args.slug,
      source_slug: args.slug,
      repository,
      default_branch: flags.defaultBranch ?? git?.defaultBranch ?? 'main',
    }
    const slug = await org()
    const made = await client.createPipeline({ org: slug, body }, { signal }).catch((error: unknown) => {
      const other = slugFor(freeName(repositoryOf(repository) ?? repository, args.slug))
      const given = flags.repository === undefined ? '' : ` --repository ${flags.repository}`
      throw takenFailure(
        error,
        `hm pipeline create ${other}${given}; hm pipeline show ${args.slug} shows the one that has it`,
      )
    })
    const named =
      flags.name === undefined
        ? made
        : await client.updatePipeline({ org: slug, pipeline: made.slug, body: { name: flags.name } }, { signal })
    if (global.json) await output.json(named)
    else await output.print(named.slug)
    return exits.ok
  },
)

/** `hm pipeline set`: changes only the named settings. */
export const set = signedIn<'pipeline set'>(async (context, { client, org, appUrl }) => {
  const { output, args, flags, global, signal } = context
  const { protectedBranches: globs, noProtectedBranches: isNone } = flags
  const body = {
    ...(globs.length > 0 || isNone ? { protected_branches: [...globs] } : {}),
    ...(flags.cacheShare === undefined ? {} : { cache_share: flags.cacheShare === 'yes' }),
  }
  if (Object.keys(body).length === 0)
    throw usageError('nothing to change', 'pass --protected-branches GLOB or --cache-share yes')
  const slug = await org()
  const pipeline = args.slug ?? (await defaultPipeline(context, client, slug))
  const changed = await client.updatePipeline({ org: slug, pipeline, body }, { signal })
  if (global.json) await output.json(changed)
  else await printFacts(output, pipelineFacts(changed, appUrl, slug))
  return exits.ok
})

/** Returns the facts of a pipeline as label and value. */
function pipelineFacts(pipeline: Schemas['Pipeline'], appUrl: string, org: string) {
  const protectedBranches = pipeline.protected_branches ?? []
  return [
    ['slug', pipeline.slug],
    ['name', pipeline.name],
    ['description', pipeline.description],
    ['repository', pipeline.repository],
    ['in the repository', pipeline.source_slug],
    ['default branch', pipeline.default_branch],
    ['protected branches', protectedBranches.length === 0 ? null : protectedBranches.join(' ')],
    ['cache', pipeline.cache_share ? 'shared by all builds except those of forks' : 'separated by ref trust'],
    ['manual builds', pipeline.allow_manual ? 'allowed' : 'not allowed'],
    ['created', minute(pipeline.created_at)],
    ['archived', minute(pipeline.archived_at)],
    ['page', `${appUrl}/${org}/pipelines/${pipeline.slug}`],
  ] as const
}
