import { readGitFacts } from '@harmont/source-set'
import { exits, usageError } from '../errors.ts'
import { slugFor } from '../project/project-name.ts'
import { sourceFailure } from '../project/render-project.ts'
import { repositoryOf } from '../runs/local-context.ts'
import { signedIn } from '../server/session.ts'
import { freeName, takenFailure } from './taken-slug.ts'

/** `hm pipeline create`. */
export const run = signedIn<'pipeline create'>(
  async ({ output, args, flags, global, signal, directory }, { client, org }) => {
    const git = await readGitFacts(directory).catch((error: unknown) => {
      throw sourceFailure(error)
    })
    const repository = flags.repository ?? git?.remote
    if (repository === undefined || repository === null)
      throw usageError('no git remote, so the repository is unknown', 'pass --repository URL')
    const body = {
      // The server makes the slug of the name, and only of that.
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
