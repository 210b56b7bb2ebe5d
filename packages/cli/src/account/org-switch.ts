import { exits } from '../errors.ts'
import { signedIn } from '../server/session.ts'

/** `hm org switch`: writes `cloud.org` into the user's file, after the server has said that it is there. */
export const run = signedIn<'org switch'>(async ({ output, args, signal, config }, { client }) => {
  const { slug } = await client.getOrganization({ org: args.slug }, { signal })
  const settings = await config()
  const file = await settings.set('user', 'cloud.org', slug)
  output.say(`switched to organization ${slug}; saved in ${file}`)
  const { layer, name: where } = settings.origin('cloud.org')
  if (layer === 'project' || layer === 'environment')
    output.warn(`${where} sets ${settings.get('cloud.org')}, which takes precedence here`)
  return exits.ok
})
