import type { Directive, LeasedJob } from '@harmont/engine'
import { jobToWire, statusToWire } from '../forms.ts'
import { type Calls, type FencedJob, longestPollMs } from '../protocol.ts'
import type { CallContext } from './call-context.ts'

/** Returns the answer of a call, with the time that durations in it count from. */
type Handler<K extends keyof Calls> = (
  context: CallContext,
  request: Calls[K]['request'],
) => Promise<(now: number) => Calls[K]['answer']>

export type Handlers<K extends keyof Calls> = { readonly [N in K]: Handler<N> }

export type LeaseCall = 'lease' | 'reclaim' | 'renew' | 'directives' | 'live-snapshots'

/** Calls about what the runner has, or gets. */
export const leaseCalls: Handlers<LeaseCall> = {
  async lease(context, { id, slots, waitMs, again, known }) {
    const { port, runner, shared, signal, turn } = context
    // One that is late would grant jobs to nobody.
    shared.order.enter(`${runner} lease`, turn)
    const jobs = await shared.jobs.once(runner, id, async () => {
      const unheard = again ? await unheardLeases(context, known) : []
      if (unheard.length > 0) return unheard
      return port.lease({ runner, slots, waitMs: Math.min(waitMs, longestPollMs), signal })
    })
    return granted(context, jobs)
  },

  async reclaim(context) {
    return granted(context, await context.port.reclaim(context.runner))
  },

  async renew({ port, runner, shared }) {
    const leases = await port.renew(runner)
    shared.holders.note(runner, leases)
    return (now) => ({ leases: leases.map((status) => statusToWire(status, now)) })
  },

  async 'live-snapshots'({ port, runner }, { pinnedMs }) {
    const { needed, pinned, left } = await port.liveSnapshots(runner, pinnedMs)
    return () => ({ needed: [...needed], pinned, left })
  },

  async directives(context, { waitMs, known }) {
    const directives = await awaitDirectives(context, Math.min(waitMs, longestPollMs), known)
    return () => ({ directives })
  },
}

/** Returns the leases of earlier grants that the runner has not heard of. */
async function unheardLeases(
  { port, runner }: CallContext,
  known: readonly FencedJob[],
): Promise<readonly LeasedJob[]> {
  const heard = new Map(known.map((lease) => [lease.jobId, lease]))
  return (await port.reclaim(runner)).filter(({ jobId, fence, leaseId }) => {
    const one = heard.get(jobId)
    return one?.fence !== fence || (one.leaseId ?? leaseId) !== leaseId
  })
}

function granted({ runner, shared }: CallContext, jobs: readonly LeasedJob[]) {
  shared.holders.note(runner, jobs)
  return (now: number) => ({ jobs: jobs.map((job) => jobToWire(job, now)) })
}

/**
 * Returns directives that the runner has not heard, at once when there are some. The store is asked
 * first, so that none is missed between two polls, whichever process serves them.
 */
async function awaitDirectives(
  { port, runner, shared, signal }: CallContext,
  waitMs: number,
  known: readonly Directive[],
): Promise<readonly Directive[]> {
  const heard = new Set(known.map(keyOf))
  const { promise: over, resolve: end } = Promise.withResolvers<null>()
  const { promise: told, resolve: tell } = Promise.withResolvers<Directive>()
  const unsubscribe = port.onDirective((directive) => {
    if (heard.has(keyOf(directive))) return
    void shared.holders.holds(runner, directive).then(
      (isOwn) => isOwn && tell(directive),
      () => end(null),
    )
  })
  const timer = setTimeout(() => end(null), waitMs)
  const onAbort = () => end(null)
  signal.addEventListener('abort', onAbort)
  try {
    const asked = (await shared.store.leases.of(runner)).flatMap(({ jobId, fence, stop }) =>
      stop === null ? [] : [{ jobId, fence, stop }],
    )
    const unheard = asked.filter((directive) => !heard.has(keyOf(directive)))
    if (unheard.length > 0) return unheard
    if (signal.aborted) return []
    const first = await Promise.race([told, over])
    return first === null ? [] : [first]
  } finally {
    unsubscribe()
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

function keyOf({ jobId, fence, stop }: Directive): string {
  return `${jobId} ${fence} ${stop}`
}
