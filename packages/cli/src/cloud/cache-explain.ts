import { exits, HmError } from '../errors.ts'
import { buildAddress } from './address.ts'
import { signedIn } from './session.ts'

/** `hm cache explain STEP -b N`: what the cache of the server did for a step, what had changed, and whose entries the build may find. */
export const explainOnServer = signedIn<'cache explain'>(async (context, session) => {
  const { args, flags, global, output, signal } = context
  const address = await buildAddress(context, session, flags)
  const { jobs } = await session.client.getBuildView(address, { signal })
  const job = jobs.find(({ step_key }) => step_key === args.step)
  if (job === undefined) {
    const keys = jobs.flatMap(({ step_key }) => step_key ?? []).slice(0, 20)
    throw new HmError(exits.notFound, 'step_not_found', `build #${address.number} has no step ${args.step}`, {
      fix: `its steps are ${keys.join(', ')}`,
    })
  }
  const { outcome, from, reason, changes, rule = null } = job.cache
  const origin = from === null ? null : `${from.pipeline_slug} #${from.number}`
  const told = changes.map(({ kind, name }) => (kind === name ? kind : `${kind} ${name}`))
  if (global.json) {
    const known = { step: args.step, build: address.number, state: job.state, outcome, cached_from: origin }
    await output.json({ ...known, reason, changes: told, rule })
    return exits.ok
  }
  const what = { hit: `found in the cache, made by ${origin ?? 'a build'}`, miss: 'not in the cache' } as const
  const words = { ...what, off: 'it has no cache policy: it always runs', bypassed: 'the build was to run it anew' }
  await output.print(
    `${args.step} in build #${address.number}: ${words[outcome]}${reason === null ? '' : ` (${reason})`}`,
  )
  for (const change of told) await output.print(`  ${change} changed`)
  if (rule !== null) await output.print(`whose entries: ${rule}`)
  return exits.ok
})
