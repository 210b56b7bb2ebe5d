import { exits } from '../errors.ts'
import { organizations, signedIn } from '../server/session.ts'
import { printTable } from '../terminal/table.ts'

/** `hm whoami`. */
export const whoami = signedIn<'whoami'>(async ({ output, global, signal, config }, { client, apiUrl }) => {
  const user = await client.getCurrentUser({}, { signal })
  if (global.json) {
    await output.json({ ...user, api_url: apiUrl, organization: (await config()).get('cloud.org') ?? null })
    return exits.ok
  }
  await output.print(`${user.name ?? user.email} <${user.email}> at ${apiUrl}`)
  return exits.ok
})

/** `hm org list`. */
export const listOrganizations = signedIn<'org list'>(async ({ output, global, signal, config }, { client }) => {
  const data = await organizations(client, signal)
  if (global.json) await output.json({ data })
  else {
    const current = (await config()).get('cloud.org')
    const rows = data.map(({ slug, name }) => [slug === current ? '*' : '', slug, name])
    await printTable(output, ['', 'SLUG', 'NAME'], rows)
  }
  return exits.ok
})

/**
 * `hm org switch`: checks with the server that the organization exists, then writes `cloud.org`
 * into the user's file.
 */
export const switchOrganization = signedIn<'org switch'>(
  async ({ output, args, global, signal, config }, { client }) => {
    const { slug } = await client.getOrganization({ org: args.slug }, { signal })
    const settings = await config()
    const file = await settings.set('user', 'cloud.org', slug)
    if (global.json) await output.json({ organization: slug, file })
    else output.say(`switched to organization ${slug}; saved in ${file}`)
    const { layer, name: where } = settings.origin('cloud.org')
    if (layer === 'project' || layer === 'environment')
      output.warn(`${where} sets ${settings.get('cloud.org')}, which takes precedence here`)
    return exits.ok
  },
)
