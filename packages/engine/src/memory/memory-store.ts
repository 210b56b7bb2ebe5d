import type { Chunk } from '@harmont/logs'
import { LocalChangeFeed } from '../change-feed.ts'
import type { Created } from '../core/create-build.ts'
import { standsStill } from '../core/decide-abandon.ts'
import { viewBuild } from '../core/live-build.ts'
import type { Instant } from '../core/model.ts'
import { everything, reaches } from '../core/placement/reach.ts'
import { isNewestLease } from '../core/states.ts'
import { noTraffic } from '../layers/layer.ts'
import { serviceLogId } from '../service-log.ts'
import { type Deal, deal } from '../splits/deal.ts'
import { type SplitStore, splitKey } from '../splits/split-store.ts'
import { noOutput, type StepOutput } from '../step-output.ts'
import {
  type BuildContext,
  type BuildStore,
  type Lease,
  type LeaseStore,
  type LogStore,
  type OutputStore,
  type PresentRunner,
  renewalBreakMs,
  type Store,
  shortLogChunks,
  type Watch,
} from '../store.ts'
import { longBreakMs, type StoreSettings, storeSettings } from '../store-settings.ts'
import { MemoryRunners } from './runners.ts'
import { annotationsOf, liveSnapshots, overdueEvents } from './scans.ts'
import { type StoredBuild, WorkingBuilds } from './working-builds.ts'

/** Stores the builds of one process in memory (`hm run`). */
export interface MemoryStore extends Store {
  readonly builds: MemoryBuilds
  readonly outputs: MemoryOutputs
}

/** Stores the durations of files and the deals of splits. */
export interface SplitMemory {
  /** Returns the durations of files, in milliseconds by path. */
  times(): ReadonlyMap<string, number>
  /** Deals of the run that this one retries, by `splitKey`. */
  readonly earlier: ReadonlyMap<string, Deal>
  /** Stores a deal before it is used. */
  keep(key: string, deal: Deal): void
}

const noMemory: SplitMemory = { times: () => new Map(), earlier: new Map(), keep: () => {} }

interface MemoryOutputs extends OutputStore {
  /** Returns the output of a job's step. */
  of(jobId: string): StepOutput
}

interface MemoryBuilds extends BuildStore {
  /** Adds a new build and makes its first jobs ready. */
  submit(created: Created, context: BuildContext): void
}

/**
 * Opens a store without builds. Its parts are plain objects:
 * `{ ...store, builds: { ...store.builds, apply } }` is a store with another `apply`.
 */
export function createMemoryStore(given: Partial<StoreSettings> = {}, splits = noMemory): MemoryStore {
  const settings = storeSettings(given)
  const changes = new LocalChangeFeed()
  const work = new WorkingBuilds(settings, changes)
  const runners = new MemoryRunners(work)
  return {
    builds: buildStore(work, settings, runners),
    leases: leaseStore(work, settings, runners),
    logs: logStore(work, changes),
    outputs: {
      async annotations(buildId) {
        const stored = work.builds.get(buildId)
        return stored === undefined ? [] : annotationsOf(stored)
      },
      async artifacts(jobId) {
        return work.outputOf(jobId)?.artifacts ?? []
      },
      async egress(jobId) {
        return work.outputOf(jobId)?.egress ?? null
      },
      of: (jobId) => work.outputOf(jobId) ?? noOutput,
    },
    runners,
    probes: null,
    layers: null,
    splits: splitStore(splits),
    changes,
    now: settings.now,
    close: async () => {},
  }
}

function buildStore(work: WorkingBuilds, { now: clock }: StoreSettings, runners: MemoryRunners): MemoryBuilds {
  let watch: (Watch & { readonly seenAt: number }) | null = null
  const load: BuildStore['load'] = async (buildId) => {
    const stored = work.builds.get(buildId)
    return stored && { build: viewBuild(stored.live), context: stored.context }
  }
  return {
    submit: (created, context) => work.submit(created, context),
    load,
    known: load,
    async jobs(buildId) {
      const attempts = [...(work.builds.get(buildId)?.attempts.values() ?? [])]
      return attempts.sort((a, b) => (a.step ?? -1) - (b.step ?? -1) || a.attempt - b.attempt)
    },
    async job(buildId, jobId) {
      return work.builds.get(buildId)?.attempts.get(jobId)
    },
    async apply(buildId, events, output) {
      if (events.some(({ type }) => type === 'leased'))
        throw new TypeError('expected an event, got a lease: only `leases.take` grants leases')
      const stored = work.builds.get(buildId)
      if (!stored) return undefined
      const applied = work.apply(stored, events, output, (event) => runners.isBack(event))
      work.settle(applied.effects)
      return applied
    },
    async waits(buildId, now = clock()) {
      const live = work.builds.get(buildId)?.live
      const ready = live?.jobs.filter(({ state }) => state === 'scheduled').map(({ id }) => id)
      return live && ready ? work.ready.waits(live.header.queue, ready, now) : new Map()
    },
    // Every change settles the groups immediately.
    settleGroups: async () => {},
    async watch(now) {
      const isBroken = watch === null || watch.seenAt < now - longBreakMs
      const isBusy = [...work.leases.values()].some(({ expiresAt }) => expiresAt > now)
      const since = isBroken || watch === null ? now : watch.since
      watch = { since, seenAt: now, busyAt: isBusy ? now : (watch?.busyAt ?? null) }
      return { since, busyAt: watch.busyAt }
    },
    async standing(since, isIdle, limit) {
      const still = [...work.builds.values()].filter(({ live }) => standsStill(live, since))
      const found = isIdle ? still : still.filter((stored) => !hasTaker(stored, runners.since(since)))
      return found.slice(0, limit).map(({ live }) => live.header.id)
    },
    liveSnapshots: async (since, runner) => liveSnapshots(work.builds.values(), since, runner),
  }
}

/** Returns whether the build has a ready job that one of these runners, or any runner, may take. */
function hasTaker({ live: { header, steps, jobs, render } }: StoredBuild, runners: readonly PresentRunner[]): boolean {
  const ready = (render === null ? jobs : [...jobs, render]).filter(({ state }) => state === 'scheduled')
  return ready.some(({ step }) => {
    const planned = step === null ? undefined : steps[step]
    return planned?.runsOn === undefined || runners.some(({ reach }) => reaches(reach, header.queue, planned))
  })
}

function leaseStore(work: WorkingBuilds, settings: StoreSettings, runners: MemoryRunners): LeaseStore {
  let renewable: { readonly since: Instant; readonly seenAt: Instant } | null = null
  const sinceAt = (now: Instant) =>
    renewable !== null && now - renewable.seenAt < renewalBreakMs ? renewable.since : null
  const of: LeaseStore['of'] = async (runner) => [...work.leases.values()].filter((lease) => lease.runner === runner)
  return {
    async take(runner, slots, now, reach = everything) {
      if (runners.drains(runner)) return []
      return work.ready
        .take(slots, now, work.checkFor({ runner, reach, traffic: noTraffic }))
        .map(({ jobId, buildId }) => {
          const stored = work.builds.get(buildId)
          const job = stored?.attempts.get(jobId)
          if (!stored || !job) throw new Error(`job ${jobId} is ready but not known`)
          const lease: Lease = {
            jobId,
            buildId,
            runner,
            fence: job.fence + 1,
            leaseId: settings.newId(),
            expiresAt: now + settings.startLeaseMs,
            started: false,
            lastSeq: work.log(jobId).lastSeq,
            spoolPosition: '0',
            stop: null,
            deadlineAt: null,
          }
          runners.heard(runner, now)
          work.leases.set(jobId, lease)
          const { fence, leaseId } = lease
          const { taken } = work.apply(stored, [{ type: 'leased', job: jobId, fence, leaseId, at: now, runner }])
          if (!taken[0]) throw new Error(`job ${jobId} is ready but ${job.state}`)
          return lease
        })
    },
    of,
    async holder({ jobId, ...lease }) {
      for (const [buildId, { attempts }] of work.builds) {
        const job = attempts.get(jobId)
        if (job && isNewestLease(job, lease) && job.runner !== null) return { runner: job.runner, buildId }
      }
      return null
    },
    async renew(runner, now) {
      const leases = await of(runner)
      return leases.map((lease) => work.changeLease(lease, { expiresAt: now + work.leaseMs(lease.started) }))
    },
    // `hm run` explains a miss in the log, and nothing reads the lookups of one process.
    noteLookUp: async (lease) => work.heldLease(lease) !== undefined,
    async overdue(now, limit) {
      const headers = [...work.builds.values()].map(({ live }) => live.header)
      const jobOf = ({ buildId, jobId }: Lease) => work.builds.get(buildId)?.attempts.get(jobId)
      return overdueEvents(headers, work.leases.values(), jobOf, now).slice(0, limit)
    },
    nextReadyAt: async () => work.ready.nextNotBefore(),
    async noteRenewable(now) {
      renewable = { since: sinceAt(now) ?? now, seenAt: Math.max(now, renewable?.seenAt ?? now) }
    },
    renewableSince: async (now) => sinceAt(now),
  }
}

function logStore(work: WorkingBuilds, changes: LocalChangeFeed): LogStore {
  /**
   * Position in a service's output up to which its log has it, with the fencing number of the job's
   * lease.
   */
  const positions = new Map<string, { readonly fence: number; readonly spoolPosition: string }>()
  const appendToService = (id: string, fence: number, chunks: readonly Chunk[], spoolPosition: string): boolean => {
    if (positions.get(id)?.fence !== fence) return false
    if (chunks.length > 0 && !work.log(id).append(chunks)) return true
    positions.set(id, { fence, spoolPosition })
    if (chunks.length > 0) changes.job(id)
    return true
  }
  return {
    async append({ service, ...ref }, chunks, spoolPosition) {
      const { jobId, fence } = ref
      const lease = work.heldLease(ref)
      if (lease === undefined) return false
      if (service !== undefined) return appendToService(serviceLogId(jobId, service), fence, chunks, spoolPosition)
      const log = work.log(jobId)
      if (chunks.length > 0 && !log.append(chunks)) return true
      work.changeLease(lease, { lastSeq: log.lastSeq, spoolPosition })
      if (chunks.length > 0) changes.job(jobId)
      return true
    },
    async openService({ service, ...ref }, isNew) {
      const { jobId, fence } = ref
      if (work.heldLease(ref) === undefined) return null
      const id = serviceLogId(jobId, service)
      const log = work.log(id)
      const kept = positions.get(id)
      const spoolPosition = kept?.fence === fence && !isNew ? kept.spoolPosition : '0'
      positions.set(id, { fence, spoolPosition })
      return { lastSeq: log.lastSeq, spoolPosition, logBytes: log.bytes() }
    },
    async remark(jobId, text, at) {
      if (work.leases.has(jobId)) throw new Error(`job ${jobId} is leased, so only its runner may write its log`)
      work.remark(jobId, text, at)
      changes.job(jobId)
    },
    read: async (jobId, after, maxBytes) => work.log(jobId).read(after, maxBytes),
    async readShort(jobIds, maxBytes) {
      const logs = jobIds.map((id) => [id, work.log(id).read(0, Number.POSITIVE_INFINITY)] as const)
      return new Map(logs.filter(([, chunks]) => chunks.length <= shortLogChunks && bytesOf(chunks) <= maxBytes))
    },
    async size(jobId) {
      const log = work.log(jobId)
      return { lastSeq: log.lastSeq, bytes: log.bytes() }
    },
    drop: async (jobId, throughSeq) => work.log(jobId).drop(throughSeq),
  }
}

function splitStore({ times, earlier, keep }: SplitMemory): SplitStore {
  const dealt = new Map<string, Deal>()
  return {
    async deal(buildId, split, files) {
      const key = splitKey(split)
      const place = `${buildId} ${key}`
      const known = dealt.get(place)
      if (known !== undefined) return known
      const there = new Set(files.map(({ path }) => path))
      const made = earlier.get(key)?.map((paths) => paths.filter((path) => there.has(path)))
      const own = made ?? deal(files, times(), split.total)
      keep(key, own)
      dealt.set(place, own)
      return own
    },
  }
}

function bytesOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { content }) => sum + content.length, 0)
}
