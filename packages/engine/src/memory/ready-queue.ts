import type { Group } from '../core/gates.ts'
import type { Instant } from '../core/model.ts'
import { fairTurns } from '../fair-turns.ts'
import type { Wait } from '../wait.ts'
import { GroupLines } from './group-lines.ts'

interface ReadyJob {
  readonly jobId: string
  readonly buildId: string
  readonly queue: string
  readonly notBefore: Instant | null
  readonly builtAt: Instant
  readonly step: number
  readonly group: Group | null
}

interface Queue {
  /** Jobs without a group, oldest first. */
  readonly free: Map<string, ReadyJob & { readonly age: number }>
  readonly groups: GroupLines
}

/**
 * The jobs that wait for a runner, in fair turns between queues, then by age. Offers no more jobs
 * of a group than its limit allows, in the order of their builds and steps.
 */
export class ReadyQueue {
  readonly #queues = new Map<string, Queue>()
  #age = 0
  #last: string | null = null

  add(job: ReadyJob): void {
    const { queue: name, jobId, group } = job
    const queue = this.#queue(name)
    const age = queue.free.get(jobId)?.age ?? this.#age++
    if (group) queue.groups.add({ ...job, group, age })
    else queue.free.set(jobId, { ...job, age })
  }

  delete(queueName: string, jobId: string): void {
    const queue = this.#queue(queueName)
    queue.free.delete(jobId)
    queue.groups.leave(jobId)
  }

  /** Records that a job of this group runs, or stopped running. */
  run(queueName: string, { jobId, buildId }: Pick<ReadyJob, 'jobId' | 'buildId'>, group: Group, runs: boolean): void {
    const { groups } = this.#queue(queueName)
    if (runs) groups.enter(jobId, buildId, group)
    else groups.exit(jobId, group)
  }

  /** Takes up to `slots` jobs whose time has come and that `fits` accepts. */
  take(
    slots: number,
    now: Instant,
    fits: (job: Pick<ReadyJob, 'jobId' | 'buildId'>) => boolean,
  ): readonly Pick<ReadyJob, 'jobId' | 'buildId'>[] {
    const due: Pick<ReadyJob, 'jobId' | 'buildId' | 'queue'>[] = []
    for (const [queue, { free, groups }] of this.#queues) {
      const inTurn = groups.next(Number.POSITIVE_INFINITY, now).filter(fits).slice(0, slots)
      const own = inTurn.map(({ jobId, buildId, age }) => ({ jobId, buildId, queue, age }))
      let found = 0
      for (const job of free.values()) {
        if (found === slots) break
        if ((job.notBefore !== null && job.notBefore > now) || !fits(job)) continue
        own.push(job)
        found++
      }
      due.push(...own.sort((a, b) => a.age - b.age))
    }
    const taken = fairTurns(due, this.#last, slots)
    for (const { queue, jobId } of taken) this.delete(queue, jobId)
    this.#last = taken.at(-1)?.queue ?? this.#last
    return taken
  }

  /** Returns the waits of the jobs that their groups hold back. */
  waits(queueName: string, jobIds: readonly string[], now: Instant): ReadonlyMap<string, Wait> {
    return this.#queue(queueName).groups.waits(jobIds, now)
  }

  nextNotBefore(): Instant | null {
    let next: Instant | null = null
    for (const queue of this.#queues.values()) {
      for (const { notBefore } of [...queue.free.values(), ...queue.groups.delayed()]) {
        if (notBefore !== null && (next === null || notBefore < next)) next = notBefore
      }
    }
    return next
  }

  #queue(name: string): Queue {
    const queue = this.#queues.get(name) ?? { free: new Map(), groups: new GroupLines() }
    this.#queues.set(name, queue)
    return queue
  }
}
