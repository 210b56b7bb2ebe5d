import { exits } from '../errors.ts'
import { defaultPipeline } from './default-pipeline.ts'
import { signedIn } from './session.ts'
import { minute, printFacts } from './table.ts'

/** `hm pipeline show`. */
export const run = signedIn<'pipeline show'>(async (context, session) => {
  const { output, args, global, signal } = context
  const org = await session.org()
  const { client } = session
  const address = { org, pipeline: args.slug ?? (await defaultPipeline(context, client, org)) }
  const pipeline = await client.getPipeline(address, { signal })
  if (global.json) await output.json(pipeline)
  else
    await printFacts(output, [
      ['slug', pipeline.slug],
      ['name', pipeline.name],
      ['description', pipeline.description],
      ['repository', pipeline.repository],
      ['in the repository', pipeline.source_slug],
      ['default branch', pipeline.default_branch],
      ['manual builds', pipeline.allow_manual ? 'allowed' : 'not allowed'],
      ['created', minute(pipeline.created_at)],
      ['archived', minute(pipeline.archived_at)],
      ['page', `${session.appUrl}/${address.org}/pipelines/${pipeline.slug}`],
    ])
  return exits.ok
})
