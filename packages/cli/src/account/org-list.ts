import { exits } from '../errors.ts'
import { organizations, signedIn } from '../server/session.ts'
import { printTable } from '../terminal/table.ts'

/** `hm org list`. */
export const run = signedIn<'org list'>(async ({ output, global, signal, config }, { client }) => {
  const data = await organizations(client, signal)
  if (global.json) await output.json({ data })
  else {
    const current = (await config()).get('cloud.org')
    const rows = data.map(({ slug, name }) => [slug === current ? '*' : '', slug, name])
    await printTable(output, ['', 'SLUG', 'NAME'], rows)
  }
  return exits.ok
})
