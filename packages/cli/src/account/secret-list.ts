import { exits } from '../errors.ts'
import { namedPipeline } from '../server/named-pipeline.ts'
import { signedIn } from '../server/session.ts'
import { minute, printTable } from '../terminal/table.ts'

/** `hm secret list`: of the organization, or of one pipeline. */
export const run = signedIn<'secret list'>(async (context, { client, org }) => {
  const { output, flags, global, signal } = context
  const address = { org: await org() }
  const { secrets } =
    flags.pipeline === undefined
      ? await client.listOrganizationSecrets(address, { signal })
      : await client.listPipelineSecrets(
          { ...address, pipeline: await namedPipeline(context, client, address.org, flags.pipeline) },
          { signal },
        )
  if (global.json) await output.json({ data: secrets })
  else
    await printTable(
      output,
      ['NAME', 'BRANCHES', 'EVENTS', 'UPLOADS', 'CHANGED'],
      secrets.map(({ name, branches, events, uploads, updated_at }) => {
        // An upload claims what it likes, so that a limit means it too.
        const isLimited = branches !== null || events !== null
        const said = (names: readonly string[] | null) => names?.join(' ') ?? 'all'
        return [name, said(branches), said(events), uploads || !isLimited ? 'yes' : 'no', minute(updated_at)]
      }),
    )
  return exits.ok
})
