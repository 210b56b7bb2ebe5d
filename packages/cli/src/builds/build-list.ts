import { allPages } from '@harmont/cloud'
import { exits } from '../errors.ts'
import { pipelineAddress } from '../server/address.ts'
import { collect } from '../server/collect.ts'
import { signedIn } from '../server/session.ts'
import { minute, printTable } from '../terminal/table.ts'
import { tookOf } from './took.ts'

const defaultLimit = 20

/** `hm build list`: the newest 20, or as many as `--limit` says; with `--json` all of them. */
export const run = signedIn<'build list'>(async (context, session) => {
  const { output, flags, global, signal } = context
  const address = await pipelineAddress(context, session, flags.pipeline)
  const filter = flags.state === undefined ? {} : { state: flags.state }
  const limit = flags.limit ?? (global.json ? undefined : defaultLimit)
  const data = await collect(
    allPages((page) => session.client.listOrganizationBuilds({ ...address, ...filter, ...page }, { signal }), limit),
  )
  if (global.json) await output.json({ data })
  else {
    const rows = data.map((build) => [
      `#${build.number}`,
      build.state,
      build.branch ?? '',
      (build.commit ?? '').slice(0, 8),
      minute(build.created_at),
      tookOf(build),
      (build.message ?? '').split('\n')[0] ?? '',
    ])
    await printTable(output, ['BUILD', 'STATE', 'BRANCH', 'COMMIT', 'CREATED', 'TOOK', 'MESSAGE'], rows)
  }
  return exits.ok
})
