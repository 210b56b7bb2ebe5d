import { exits, usageError } from '../errors.ts'
import { defaultPipeline } from '../server/default-pipeline.ts'
import { signedIn } from '../server/session.ts'
import { printFacts } from '../terminal/table.ts'
import { pipelineFacts } from './pipeline-facts.ts'

/** `hm pipeline set`: what is not named stays. */
export const run = signedIn<'pipeline set'>(async (context, { client, org, appUrl }) => {
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
