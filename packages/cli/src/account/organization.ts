import type { Schemas } from '@harmont/cloud'
import { exits, usageError } from '../errors.ts'
import { signedIn } from '../server/session.ts'
import { minute, printFacts } from '../terminal/table.ts'

/** `hm org show`. */
export const show = signedIn<'org show'>(async ({ output, global, signal }, { client, org, appUrl }) => {
  const organization = await client.getOrganization({ org: await org() }, { signal })
  if (global.json) await output.json(organization)
  else await printFacts(output, factsOf(organization, appUrl))
  return exits.ok
})

/** `hm org set`: replaces the hosts that steps may reach. */
export const set = signedIn<'org set'>(async ({ output, flags, global, signal }, { client, org, appUrl }) => {
  const { egress, noEgress, anyEgress } = flags
  if (anyEgress && (noEgress || egress.length > 0))
    throw usageError('--any-egress allows every host', 'leave out the other flags')
  if (!anyEgress && !noEgress && egress.length === 0)
    throw usageError('nothing to change', 'pass --egress HOST, --no-egress or --any-egress')
  const body = { egress_ceiling: anyEgress ? null : [...egress] }
  const organization = await client.updateOrganization({ org: await org(), body }, { signal })
  if (global.json) await output.json(organization)
  else await printFacts(output, factsOf(organization, appUrl))
  return exits.ok
})

function factsOf({ slug, name, url, egress_ceiling, created_at, ...more }: Schemas['Organization'], appUrl: string) {
  const mayCreate = more.members_can_create_pipelines ?? true
  return [
    ['slug', slug],
    ['name', name],
    ['website', url],
    ['members', mayCreate ? 'may create pipelines' : 'may not create pipelines'],
    ['steps reach', hostsOf(egress_ceiling ?? null)],
    ['created', minute(created_at)],
    ['page', `${appUrl}/${slug}`],
  ] as const
}

function hostsOf(ceiling: readonly string[] | null): string {
  if (ceiling === null) return 'every host that their own lists and the runners allow'
  return ceiling.length === 0 ? 'no host' : ceiling.join(' ')
}
