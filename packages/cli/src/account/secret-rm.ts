import { exits } from '../errors.ts'
import { namedPipeline } from '../server/named-pipeline.ts'
import { signedIn } from '../server/session.ts'

/** `hm secret rm`. */
export const run = signedIn<'secret rm'>(async (context, { client, org }) => {
  const { args, flags, output, signal } = context
  const address = { org: await org(), name: args.name }
  if (flags.pipeline === undefined) await client.deleteOrganizationSecret(address, { signal })
  else {
    const pipeline = await namedPipeline(context, client, address.org, flags.pipeline)
    await client.deletePipelineSecret({ ...address, pipeline }, { signal })
  }
  output.say(`removed ${args.name}`)
  return exits.ok
})
