import { randomUUID } from 'node:crypto'
import type { Conversation } from '@harmont/sandbox'
import { everything, reaches } from './core/placement/reach.ts'
import { forkMarginMs } from './probes/probe.ts'
import { createRunner, type Runner } from './runner/create-runner.ts'
import type { RunnerOptions } from './runner/options.ts'
import type { ForkOutcome } from './runner/probes/run-fork.ts'
import { type ShellRequest, ShellUnavailable, type ShellWork } from './runner/shells/open-shell.ts'
import { Collector, type CollectTimes } from './scheduler/collector.ts'
import { forkWork } from './scheduler/fork-work.ts'
import { createLocalPort, type LocalPortOptions } from './scheduler/local-port.ts'
import type { RenewalNotes } from './scheduler/renewal-notes.ts'
import { Scheduler } from './scheduler/scheduler.ts'
import { shellWork } from './scheduler/shell-work.ts'
import { defaultStoreSettings } from './store-settings.ts'

export interface EngineRunner extends Omit<RunnerOptions, 'port' | 'log'> {}

export interface EngineOptions extends LocalPortOptions {
  /** Null when jobs run elsewhere. The caller closes the driver. */
  readonly runner: EngineRunner | null
  /** Whether another process handles overdue leases and deadlines. */
  readonly schedulesElsewhere?: boolean
  /**
   * Process in which runners renew their leases: only this one (`here`, the default), this one with
   * notes for schedulers elsewhere (`noted`), or another (`elsewhere`).
   */
  readonly renewals?: 'here' | 'noted' | 'elsewhere'
  /**
   * Opens a shell for which the local runner lacks the files or the permission; absent if all
   * runners are local.
   */
  readonly openShellElsewhere?: (work: ShellWork, request: ShellRequest) => Promise<Conversation>
  /** Null when the caller removes unused data itself. */
  readonly collecting?: CollectTimes | null
}

export interface Engine {
  /** Adopts the work of an earlier process and starts. */
  start(): Promise<void>
  /** Takes no new work, waits at most this long for running jobs, then closes. */
  drain(withinMs: number): Promise<void>
  /**
   * Stops. Commands continue, and the next start adopts them. The store and the driver stay open.
   */
  close(): Promise<void>
  /**
   * Removes cache entries, the least recently used first, until `hasRoom` returns true or none is
   * left.
   */
  makeRoom(hasRoom: () => boolean): Promise<void>
  /**
   * Opens a shell, or runs a script, in a sandbox like the step's: file system, environment,
   * secrets, limits and network. The sandbox ends after an hour, after ten idle minutes, or when
   * this engine closes. Throws `ShellUnavailable`, or a SandboxError if the machine cannot make the
   * sandbox.
   */
  openShell(request: ShellRequest): Promise<Conversation>
  /**
   * Reruns a step's command from the files that the step started from, and returns its outcome. The
   * run belongs to no job, and is abandoned when the signal aborts. The engine need not be started.
   */
  runFork(
    request: { readonly buildId: string; readonly jobId: string; readonly limitMs: number },
    signal: AbortSignal,
  ): Promise<ForkOutcome>
}

/** Makes the engine of one process: a scheduler and, if jobs run in this process, a runner. */
export function createEngine(options: EngineOptions): Engine {
  const { store, runner: own, log, leaseMs = defaultStoreSettings.leaseMs, renewals = 'here' } = options
  const scheduler = new Scheduler({
    store,
    leaseMs,
    log,
    renewsElsewhere: renewals === 'elsewhere',
    ...(options.watch && { watch: options.watch }),
  })
  let notes: RenewalNotes | null = null
  const runner = own && createRunner({ ...own, port: createLocalPort(options), log })
  const collecting =
    runner && options.collecting !== null
      ? new Collector({
          ...options.collecting,
          liveSnapshots: (pinnedMs) => store.builds.liveSnapshots(store.now() - pinnedMs),
          runner,
          disk: own.disk,
          cacheBytes: own.cacheBytes,
          log,
        })
      : null
  return {
    async start() {
      if (renewals === 'noted') notes = new (await import('./scheduler/renewal-notes.ts')).RenewalNotes(store, log)
      await notes?.start()
      await runner?.start()
      if (options.schedulesElsewhere !== true) scheduler.start()
      collecting?.start()
    },
    async drain(withinMs) {
      await collecting?.stop()
      await runner?.drain(withinMs)
      await scheduler.stop()
      await notes?.stop()
    },
    async close() {
      await collecting?.stop()
      await runner?.stop()
      await scheduler.stop()
      await notes?.stop()
    },
    async makeRoom(hasRoom) {
      await collecting?.makeRoom(hasRoom)
    },
    openShell: (request) => openShell(options, runner, request),
    async runFork({ buildId, jobId, limitMs }, signal) {
      if (runner === null) throw new Error('this engine runs no steps')
      const expiresAt = store.now() + limitMs + forkMarginMs
      const lease = { buildId, jobId, fork: randomUUID(), expiresAt, leftMs: limitMs }
      const request = { ...lease, run: { kind: 'whole' }, proof: { rerun: null, open: [] } } as const
      return runner.runFork(await forkWork(options, request), signal)
    },
  }
}

/**
 * Opens a shell where the files are, or on any machine that may run the step if an image is enough.
 */
async function openShell(options: EngineOptions, runner: Runner | null, request: ShellRequest): Promise<Conversation> {
  const { openShellElsewhere, reach = everything } = options
  const work = await shellWork(options, request)
  const { holder, snapshot, queue, step } = work
  // A step of an earlier release, which recorded no runners, ran on this machine.
  const isHere =
    snapshot === null ? reaches(reach, queue, step) : holder === null || holder === (options.runner?.id ?? null)
  if (runner !== null && (isHere || openShellElsewhere === undefined)) return runner.openShell(work, request)
  if (openShellElsewhere !== undefined) return openShellElsewhere(work, request)
  throw new ShellUnavailable('no_runner', 'This server runs no steps.')
}
