import { exits } from '../errors.ts'
import { pipelineAddress } from './address.ts'
import { signedIn } from './session.ts'
import { minute, printFacts } from './table.ts'

/** `hm pipeline show`. */
export const run = signedIn<'pipeline show'>(async (context, session) => {
  const { output, args, global, signal } = context
  const address = await pipelineAddress(context, session, args.slug)
  const pipeline = await session.client.getPipeline(address, { signal })
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
