import type { Group } from '../core/gates.ts'
import type { Instant } from '../core/model.ts'
import type { Wait } from '../wait.ts'

/** A job that waits in the queue of its group. */
interface InLine {
  readonly jobId: string
  readonly buildId: string
  readonly builtAt: Instant
  readonly step: number
  readonly notBefore: Instant | null
  readonly group: Group
  /** Order of arrival, as an increasing number. */
  readonly age: number
}

interface Line {
  /** Waiting jobs, in the order in which they will start. */
  readonly waiting: InLine[]
  /** Running jobs, oldest first. */
  readonly running: Map<string, { readonly buildId: string; readonly limit: number }>
  /** Number of waiting and running jobs with each limit. */
  readonly limits: Map<number, number>
}

/**
 * The queues of groups: the jobs that run, and the jobs that may run next. The cost of a call does
 * not grow with the number of waiting jobs, except for moving them in memory.
 */
export class GroupLines {
  readonly #lines = new Map<string, Line>()
  readonly #jobs = new Map<string, InLine>()
  /** Groups with a waiting job and room for it, in the order in which they got both. */
  readonly #open = new Set<string>()

  add(job: InLine): void {
    this.leave(job.jobId)
    const line = this.#line(job.group.key)
    line.waiting.splice(placeOf(line.waiting, job), 0, job)
    this.#jobs.set(job.jobId, job)
    this.#count(line, job.group, 1)
  }

  /** Removes a waiting job from its queue, if it is in one. */
  leave(jobId: string): void {
    const job = this.#jobs.get(jobId)
    const line = job && this.#lines.get(job.group.key)
    if (!job || !line) return
    line.waiting.splice(placeOf(line.waiting, job), 1)
    this.#jobs.delete(jobId)
    this.#count(line, job.group, -1)
  }

  /** Records that a job runs. */
  enter(jobId: string, buildId: string, group: Group): void {
    const line = this.#line(group.key)
    if (line.running.has(jobId)) return
    line.running.set(jobId, { buildId, limit: group.limit })
    this.#count(line, group, 1)
  }

  /** Records that a job stopped running; does nothing if it did not run. */
  exit(jobId: string, group: Group): void {
    const line = this.#lines.get(group.key)
    if (line?.running.delete(jobId)) this.#count(line, group, -1)
  }

  /** Returns up to `most` jobs that may run now, in queue order. */
  next(most: number, now: Instant): readonly InLine[] {
    const found: InLine[] = []
    for (const key of this.#open) {
      const line = this.#lines.get(key)
      let room = line ? roomOf(line) : 0
      let age = 0
      for (const job of line?.waiting ?? []) {
        if (room === 0 || found.length === most) break
        if (job.notBefore !== null && job.notBefore > now) continue
        // A job never counts as older than the one before it in the queue.
        age = Math.max(age, job.age)
        found.push({ ...job, age })
        room--
      }
      if (found.length === most) break
    }
    return found
  }

  /** Yields the delayed jobs of groups with room. Jobs of a full group wait for room first. */
  *delayed(): Generator<InLine> {
    for (const key of this.#open) yield* this.#lines.get(key)?.waiting ?? []
  }

  /** Returns the waits of jobs that are not next in their queue. */
  waits(jobIds: readonly string[], now: Instant): ReadonlyMap<string, Wait> {
    const waits = new Map<string, Wait>()
    const wanted = new Set(jobIds)
    for (const key of new Set(jobIds.flatMap((id) => this.#jobs.get(id)?.group.key ?? []))) {
      const line = this.#lines.get(key)
      if (!line) continue
      const holders = [...line.running].slice(0, 5).map(([jobId, { buildId }]) => ({ jobId, buildId }))
      let ahead = 0 - roomOf(line)
      for (const { jobId, notBefore, group } of line.waiting) {
        if (notBefore !== null && notBefore > now) continue
        const facts = { reason: 'concurrency_group', group: group.name, limit: lowestOf(line) } as const
        if (ahead >= 0 && wanted.has(jobId)) waits.set(jobId, { ...facts, running: line.running.size, ahead, holders })
        ahead++
      }
    }
    return waits
  }

  #line(key: string): Line {
    const line = this.#lines.get(key) ?? { waiting: [], running: new Map(), limits: new Map() }
    this.#lines.set(key, line)
    return line
  }

  #count(line: Line, { key, limit }: Group, change: 1 | -1): void {
    const count = (line.limits.get(limit) ?? 0) + change
    if (count === 0) line.limits.delete(limit)
    else line.limits.set(limit, count)
    if (line.limits.size === 0) this.#lines.delete(key)
    if (line.waiting.length > 0 && roomOf(line) > 0) this.#open.add(key)
    else this.#open.delete(key)
  }
}

function lowestOf({ limits }: Line): number {
  return Math.min(...limits.keys())
}

function roomOf(line: Line): number {
  return Math.max(0, lowestOf(line) - line.running.size)
}

/** Returns the index of the job in the queue, or the index at which to insert it. */
function placeOf(waiting: readonly InLine[], job: InLine): number {
  let [from, to] = [0, waiting.length]
  while (from < to) {
    const middle = (from + to) >> 1
    const other = waiting[middle]
    if (other && isBefore(other, job)) from = middle + 1
    else to = middle
  }
  return from
}

function isBefore(a: InLine, b: InLine): boolean {
  if (a.builtAt !== b.builtAt) return a.builtAt < b.builtAt
  if (a.buildId !== b.buildId) return a.buildId < b.buildId
  return a.step < b.step
}
