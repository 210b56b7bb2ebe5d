import { exits } from '../errors.ts'
import { signedIn } from './session.ts'

/** `hm secret rm`. */
export const run = signedIn<'secret rm'>(async ({ args, flags, output, signal }, { client, org }) => {
  const address = { org: await org(), name: args.name }
  if (flags.pipeline === undefined) await client.deleteOrganizationSecret(address, { signal })
  else await client.deletePipelineSecret({ ...address, pipeline: flags.pipeline }, { signal })
  output.say(`${args.name} is removed`)
  return exits.ok
})
