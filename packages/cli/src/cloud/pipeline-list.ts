import { allPages } from '@harmont/cloud'
import { exits } from '../errors.ts'
import { printTable } from '../text/table.ts'
import { collect } from './collect.ts'
import { signedIn } from './session.ts'

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
