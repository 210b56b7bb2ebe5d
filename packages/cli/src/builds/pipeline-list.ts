import { allPages } from '@harmont/cloud'
import { exits } from '../errors.ts'
import { collect } from '../server/collect.ts'
import { signedIn } from '../server/session.ts'
import { printTable } from '../terminal/table.ts'

/** `hm pipeline list`. */
export const run = signedIn<'pipeline list'>(async ({ output, flags, global, signal }, { client, org }) => {
  const slug = await org()
  const data = await collect(allPages((page) => client.listPipelines({ org: slug, ...page }, { signal }), flags.limit))
  if (global.json) await output.json({ data })
  else {
    const rows = data.map((pipeline) => [pipeline.slug, pipeline.name, pipeline.repo_name ?? pipeline.repository])
    await printTable(output, ['SLUG', 'NAME', 'REPOSITORY'], rows)
  }
  return exits.ok
})
