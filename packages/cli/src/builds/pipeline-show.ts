import { exits } from '../errors.ts'
import { defaultPipeline } from '../server/default-pipeline.ts'
import { signedIn } from '../server/session.ts'
import { printFacts } from '../terminal/table.ts'
import { pipelineFacts } from './pipeline-facts.ts'

/** `hm pipeline show`. */
export const run = signedIn<'pipeline show'>(async (context, session) => {
  const { output, args, global, signal } = context
  const org = await session.org()
  const { client } = session
  const address = { org, pipeline: args.slug ?? (await defaultPipeline(context, client, org)) }
  const pipeline = await client.getPipeline(address, { signal })
  if (global.json) await output.json(pipeline)
  else await printFacts(output, pipelineFacts(pipeline, session.appUrl, org))
  return exits.ok
})
