import type { Schemas } from '@harmont/cloud'
import { exits, HmError } from '../errors.ts'
import { isJobEnded } from '../events/event-mapper.ts'
import { buildAddress } from '../server/address.ts'
import { signedIn } from '../server/session.ts'

type Cache = Schemas['JobView']['cache']

/**
 * `hm cache explain STEP -b N`: prints the server's cache result for a step, the changed inputs,
 * and the builds whose cache entries it can use.
 */
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
  const { outcome, from, reason, rule = null } = job.cache
  if (global.json) {
    const known = {
      step: args.step,
      build: address.number,
      state: job.state,
      outcome,
      cached_from: from && originOf(from),
    }
    await output.json({ ...known, reason, changes: changesOf(job.cache), rule })
    return exits.ok
  }
  await output.print(`${args.step} in build #${address.number} ${reasonOnServer(job)}`)
  if (rule !== null) await output.print(rule)
  return exits.ok
})

/** Explains why a step ran, was cached or was skipped, without a full stop. */
export function reasonOnServer({ cache, state, skip_reason, error_message, started_at }: Schemas['JobView']): string {
  if (state === 'skipped') return error_message ?? skip_reason ?? 'it was not needed'
  const { outcome, from, reason } = cache
  if (outcome === 'hit') return `cached: taken from ${from === null ? 'an earlier build' : originOf(from)}`
  if (!started_at) return isJobEnded({ state }) ? 'did not start' : 'has not started'
  if (outcome === 'off') return 'ran: no cache policy'
  if (outcome === 'bypassed') return 'ran: the build ignores the cache'
  const changes = changesOf(cache)
  return `ran: ${changes.length === 0 ? missText(reason) : `${changes.join(', ')} changed`}`
}

function missText(reason: string | null): string {
  const words: Readonly<Record<string, string>> = {
    first: 'there is no earlier result',
    changed: 'its inputs changed',
    expired: 'its cached result expired',
    evicted: 'its cached result was removed to make room',
    damaged: 'its cached result was damaged',
  }
  return words[reason ?? ''] ?? 'its result is not in the cache'
}

function originOf({ pipeline_slug, number }: NonNullable<Cache['from']>): string {
  return `${pipeline_slug} #${number}`
}

function changesOf({ changes }: Cache): string[] {
  return changes.map(({ kind, name }) => (kind === name ? kind : `${kind} ${name}`))
}
