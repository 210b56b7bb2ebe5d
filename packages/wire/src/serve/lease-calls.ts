import { type Directive, type LeasedJob, lackingFeatures, noOutput } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import { jobToWire, statusToWire } from '../forms.ts'
import { type Calls, type FencedJob, longestPollMs } from '../protocol.ts'
import type { CallContext } from './call-context.ts'

/** Returns the response of a call, given the time from which its durations count. */
type Handler<K extends keyof Calls> = (
  context: CallContext,
  request: Calls[K]['request'],
) => Promise<(now: number) => Calls[K]['answer']>

export type Handlers<K extends keyof Calls> = { readonly [N in K]: Handler<N> }

export type LeaseCall = 'lease' | 'reclaim' | 'renew' | 'directives' | 'live-snapshots'

/** Calls about the runner's current and new leases. */
export const leaseCalls: Handlers<LeaseCall> = {
  async lease(context, { id, slots, waitMs, again, known, traffic, features }) {
    const { port, runner, shared, signal, turn } = context
    // A late request would grant jobs to nobody.
    shared.order.enter(`${runner} lease`, turn)
    const jobs = await shared.jobs.once(runner, id, async () => {
      const unheard = again ? await unheardLeases(context, known) : []
      if (unheard.length > 0) return refuseUnfit(context, unheard, features)
      const wait = { waitMs: Math.min(waitMs, longestPollMs), signal }
      return refuseUnfit(context, await port.lease({ runner, slots, ...wait, ...(traffic && { traffic }) }), features)
    })
    return granted(context, jobs)
  },

  async reclaim(context, { features }) {
    return granted(context, await refuseUnfit(context, await context.port.reclaim(context.runner), features))
  },

  async renew({ port, runner, shared }, report) {
    const leases = await port.renew(runner, report)
    shared.holders.note(runner, leases)
    const { traffic, peer } = report
    const exports = traffic === undefined ? {} : { exports: (await shared.store.layers?.wantedOf(runner)) ?? [] }
    const key = peer && port.layers?.peers?.key
    const signed = key === undefined ? {} : { ticketKey: key }
    return (now) => ({ leases: leases.map((status) => statusToWire(status, now)), ...exports, ...signed })
  },

  async 'live-snapshots'({ port, runner }, { pinnedMs }) {
    const { needed, pinned, left } = await port.liveSnapshots(runner, pinnedMs)
    return () => ({ needed: [...needed], pinned, left })
  },

  async directives(context, { waitMs, ...known }) {
    const asked = await awaitAsked(context, Math.min(waitMs, longestPollMs), known)
    return () => asked
  },
}

/** Returns the leases of earlier grants that the runner does not know. */
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

/**
 * Ends the jobs whose options a runner of an earlier release would ignore, and returns the others.
 */
async function refuseUnfit(
  { port, runner }: CallContext,
  jobs: readonly LeasedJob[],
  features: readonly string[] = [],
): Promise<readonly LeasedJob[]> {
  const fit: LeasedJob[] = []
  for (const job of jobs) {
    const lacking = job.work.kind === 'render' ? [] : lackingFeatures(job.work.step, features)
    if (lacking.length === 0) fit.push(job)
    else {
      const message = `The runner ${runner} is of a release that does not know ${lacking.join(', ')}. Update it, or let another one take the step.`
      await port.finish(job, new Date(now()), { kind: 'refused', code: 'provision_failed', message }, noOutput)
    }
  }
  return fit
}

function granted({ runner, shared }: CallContext, jobs: readonly LeasedJob[]) {
  shared.holders.note(runner, jobs)
  return (now: number) => ({ jobs: jobs.map((job) => jobToWire(job, now)) })
}

type Asked = Calls['directives']['answer']
type Known = Omit<Calls['directives']['request'], 'waitMs'>
const nothing: Asked = { directives: [] }

/**
 * Returns the directives, shells and wanted snapshots that the runner has not received. Waits if
 * there are none. Reads the store first, so that nothing is missed between two polls, whichever
 * process serves them.
 */
async function awaitAsked(context: CallContext, waitMs: number, known: Known): Promise<Asked> {
  const { port, runner, shells, shared, signal } = context
  const heard = new Set(known.known.map(keyOf))
  const { promise: told, resolve: tell } = Promise.withResolvers<Asked>()
  const end = () => tell(nothing)
  const unsubscribe = port.onDirective((directive) => {
    if (heard.has(keyOf(directive))) return
    void shared.holders.holds(runner, directive).then((isOwn) => isOwn && tell({ directives: [directive] }), end)
  })
  const leaveShells = shells.onAsked(() => {
    void unheardShells(context, known).then((unheard) => unheard && tell({ ...nothing, shells: unheard }), end)
  })
  const leaveWanted =
    known.exports &&
    port.layers?.onWanted((one) => {
      if (known.exports?.includes(one.snapshot) === false) tell({ ...nothing, exports: [one] })
    })
  const timer = setTimeout(end, waitMs)
  signal.addEventListener('abort', end)
  try {
    const [leases, tickets, exports] = await Promise.all([
      shared.store.leases.of(runner),
      unheardShells(context, known),
      unheardExports(context, known),
    ])
    const asked = leases.flatMap(({ jobId, fence, stop }) => (stop === null ? [] : [{ jobId, fence, stop }]))
    const directives = asked.filter((directive) => !heard.has(keyOf(directive)))
    if (directives.length > 0 || tickets || exports)
      return { directives, ...(tickets && { shells: tickets }), ...(exports && { exports }) }
    return signal.aborted ? nothing : await told
  } finally {
    unsubscribe()
    leaveShells()
    leaveWanted?.()
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}

/** Returns undefined for none, and for a runner of an earlier release, which opens none. */
async function unheardShells({ shells }: CallContext, known: Known): Promise<Asked['shells']> {
  if (known.shells === undefined) return undefined
  const unheard = (await shells.asked()).filter((ticket) => known.shells?.includes(ticket) === false)
  return unheard.length > 0 ? unheard : undefined
}

/** Returns undefined for none, and for a runner of an earlier release, which gives none. */
async function unheardExports({ runner, shared: { store } }: CallContext, known: Known): Promise<Asked['exports']> {
  if (known.exports === undefined || store.layers === null) return undefined
  const all = await store.layers.wantedOf(runner)
  const unheard = all.filter(({ snapshot }) => known.exports?.includes(snapshot) === false)
  return unheard.length > 0 ? unheard : undefined
}

function keyOf({ jobId, fence, stop }: Directive): string {
  return `${jobId} ${fence} ${stop}`
}
