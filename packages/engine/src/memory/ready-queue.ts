import type { Instant } from '../core/model.ts'
import { fairTurns } from '../fair-turns.ts'

export interface ReadyJob {
  readonly jobId: string
  readonly buildId: string
  readonly queue: string
  readonly notBefore: Instant | null
}

/** Jobs that wait for a runner, in fair turns between queues, then by age. */
export class ReadyQueue {
  readonly #queues = new Map<string, Map<string, ReadyJob>>()
  #last: string | null = null

  add(job: ReadyJob): void {
    const queue = this.#queues.get(job.queue) ?? new Map<string, ReadyJob>()
    this.#queues.set(job.queue, queue.set(job.jobId, job))
  }

  delete(queueName: string, jobId: string): void {
    const queue = this.#queues.get(queueName)
    queue?.delete(jobId)
    if (queue?.size === 0) this.#queues.delete(queueName)
  }

  /** Takes up to `slots` jobs whose time has come. */
  take(slots: number, now: Instant): readonly ReadyJob[] {
    const due: ReadyJob[] = []
    for (const queue of this.#queues.values()) {
      let found = 0
      for (const job of queue.values()) {
        if (found === slots) break
        if (job.notBefore !== null && job.notBefore > now) continue
        due.push(job)
        found++
      }
    }
    const taken = fairTurns(due, this.#last, slots)
    for (const { queue, jobId } of taken) this.delete(queue, jobId)
    this.#last = taken.at(-1)?.queue ?? this.#last
    return taken
  }

  nextNotBefore(): Instant | null {
    let next: Instant | null = null
    for (const queue of this.#queues.values()) {
      for (const { notBefore } of queue.values()) {
        if (notBefore !== null && (next === null || notBefore < next)) next = notBefore
      }
    }
    return next
  }
}
