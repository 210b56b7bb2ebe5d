import { exits } from '../errors.ts'
import { signedIn } from './session.ts'

/** `hm org switch`: writes `cloud.org` into the user's file, after the server has said that it is there. */
export const run = signedIn<'org switch'>(async ({ output, args, signal, config }, { client }) => {
  const { slug, name } = await client.getOrganization({ org: args.slug }, { signal })
  const settings = await config()
  const file = await settings.set('user', 'cloud.org', slug)
  output.say(`commands are for ${name} (${slug}) from now on; written to ${file}`)
  const { layer, name: where } = settings.origin('cloud.org')
  if (layer === 'project' || layer === 'environment')
    output.warn(`here ${where} says otherwise, and wins: ${settings.get('cloud.org')}`)
  return exits.ok
})
