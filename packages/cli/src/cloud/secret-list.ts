import { exits } from '../errors.ts'
import { signedIn } from './session.ts'
import { minute, printTable } from './table.ts'

/** `hm secret list`: of the organization, or of one pipeline. */
export const run = signedIn<'secret list'>(async ({ output, flags, global, signal }, { client, org }) => {
  const address = { org: await org() }
  const { secrets } =
    flags.pipeline === undefined
      ? await client.listOrganizationSecrets(address, { signal })
      : await client.listPipelineSecrets({ ...address, pipeline: flags.pipeline }, { signal })
  if (global.json) await output.json({ data: secrets })
  else
    await printTable(
      output,
      ['NAME', 'CHANGED'],
      secrets.map(({ name, updated_at }) => [name, minute(updated_at)]),
    )
  return exits.ok
})
