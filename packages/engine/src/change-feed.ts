import type { Build, Effect } from './core/model.ts'
import type { ChangeFeed } from './store.ts'

type Listener = () => void
/** Fields of a changed build that select the listeners to notify. */
export type ChangedBuild = Pick<Build, 'id' | 'queue'>
type Stop = Extract<Effect, { readonly type: 'stop' }>

/**
 * A change feed together with its sender. Listeners are called after the current turn, so one that
 * throws does not affect the others.
 */
export class LocalChangeFeed implements ChangeFeed {
  readonly #jobs = new Map<string, Set<Listener>>()
  readonly #builds = new Map<string, Set<Listener>>()
  readonly #queues = new Map<string, Set<Listener>>()
  readonly #ready = new Set<Listener>()
  readonly #stop = new Set<(effect: Stop) => void>()
  readonly #wanted = new Set<(runner: string) => void>()

  onJob(jobId: string, listener: Listener): () => void {
    return addTo(this.#jobs, jobId, listener)
  }

  onBuild(buildId: string, listener: Listener): () => void {
    return addTo(this.#builds, buildId, listener)
  }

  onQueue(queue: string, listener: Listener): () => void {
    return addTo(this.#queues, queue, listener)
  }

  onReady(listener: Listener): () => void {
    this.#ready.add(listener)
    return () => this.#ready.delete(listener)
  }

  onStop(listener: (effect: Stop) => void): () => void {
    this.#stop.add(listener)
    return () => this.#stop.delete(listener)
  }

  onWanted(listener: (runner: string) => void): () => void {
    this.#wanted.add(listener)
    return () => this.#wanted.delete(listener)
  }

  /** Notifies listeners of an applied event. */
  tell({ id, queue }: ChangedBuild, effects: readonly Effect[]): void {
    let ready = false
    for (const effect of effects) {
      if (effect.type === 'ready') ready = true
      else if (effect.type === 'stop') this.stop(effect)
      else if ('job' in effect) for (const id of logsOf(effect)) this.job(id)
    }
    this.build(id)
    this.queue(queue)
    if (ready) this.ready()
  }

  /** Notifies listeners of new chunks, or of the end, of a job or a service. */
  job(jobId: string): void {
    callAll(this.#jobs.get(jobId))
  }

  build(buildId: string): void {
    callAll(this.#builds.get(buildId))
  }

  /** Notifies listeners that a build of a queue has changed. */
  queue(queue: string): void {
    callAll(this.#queues.get(queue))
  }

  /** Notifies every queue, because the changed one is unknown. */
  everyQueue(): void {
    for (const listeners of this.#queues.values()) callAll(listeners)
  }

  ready(): void {
    callAll(this.#ready)
  }

  stop(effect: Stop): void {
    for (const listener of this.#stop) queueMicrotask(() => listener(effect))
  }

  wanted(runner: string): void {
    for (const listener of this.#wanted) queueMicrotask(() => listener(runner))
  }

  /** Notifies all listeners, because changes may have been missed. */
  everything(): void {
    for (const listeners of this.#jobs.values()) callAll(listeners)
    for (const listeners of this.#builds.values()) callAll(listeners)
    this.everyQueue()
    callAll(this.#ready)
  }
}

/**
 * Returns the ids of the logs that an effect concerns: those of its job and of the job's services.
 */
export function logsOf(effect: Extract<Effect, { readonly job: string }>): readonly string[] {
  return effect.type === 'job_ended' ? [effect.job, ...(effect.logs ?? [])] : [effect.job]
}

function addTo(all: Map<string, Set<Listener>>, key: string, listener: Listener): () => void {
  const listeners = all.get(key) ?? new Set()
  all.set(key, listeners.add(listener))
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0 && all.get(key) === listeners) all.delete(key)
  }
}

function callAll(listeners: ReadonlySet<Listener> | undefined): void {
  for (const listener of listeners ?? []) queueMicrotask(listener)
}
