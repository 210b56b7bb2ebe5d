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

  async directives(context, { waitMs, known, shells }) {
    const asked = await awaitAsked(context, Math.min(waitMs, longestPollMs), known, shells)
    return () => asked
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

type Asked = Calls['directives']['answer']
const nothing: Asked = { directives: [] }

/**
 * Returns directives and tickets of shells that the runner has not heard, at once when there are
 * some. The store is asked first, so that none is missed between two polls, whichever process
 * serves them.
 */
async function awaitAsked(
  { port, runner, shells, shared, signal }: CallContext,
  waitMs: number,
  known: readonly Directive[],
  tickets: readonly string[] | undefined,
): Promise<Asked> {
  const heard = new Set(known.map(keyOf))
  const { promise: told, resolve: tell } = Promise.withResolvers<Asked>()
  const end = () => tell(nothing)
  const unheardShells = async (): Promise<readonly string[]> => {
    // An earlier release opens none.
    const asked = tickets === undefined ? [] : await shells.asked()
    return asked.filter((ticket) => tickets?.includes(ticket) === false)
  }
  const unsubscribe = port.onDirective((directive) => {
    if (heard.has(keyOf(directive))) return
    void shared.holders.holds(runner, directive).then((isOwn) => isOwn && tell({ directives: [directive] }), end)
  })
  const leaveShells = shells.onAsked(() => {
    void unheardShells().then((unheard) => unheard.length > 0 && tell({ directives: [], shells: unheard }), end)
  })
  const timer = setTimeout(end, waitMs)
  signal.addEventListener('abort', end)
  try {
    const [held, unheardTickets] = await Promise.all([shared.store.leases.of(runner), unheardShells()])
    const asked = held.flatMap(({ jobId, fence, stop }) => (stop === null ? [] : [{ jobId, fence, stop }]))
    const unheard = asked.filter((directive) => !heard.has(keyOf(directive)))
    if (unheardTickets.length > 0) return { directives: unheard, shells: unheardTickets }
    if (unheard.length > 0) return { directives: unheard }
    return signal.aborted ? nothing : await told
  } finally {
    unsubscribe()
    leaveShells()
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}

function keyOf({ jobId, fence, stop }: Directive): string {
  return `${jobId} ${fence} ${stop}`
}
