import type { Group } from '../core/gates.ts'
import type { Instant } from '../core/model.ts'
import type { Wait } from '../wait.ts'

/** A job that waits in the line of its group. */
export interface InLine {
  readonly jobId: string
  readonly buildId: string
  readonly builtAt: Instant
  readonly step: number
  readonly notBefore: Instant | null
  readonly group: Group
  /** When it came, as a number that grows. */
  readonly age: number
}

interface Line {
  /** In the order in which they start. */
  readonly waiting: InLine[]
  /** Those that run, oldest first. */
  readonly running: Map<string, { readonly buildId: string; readonly limit: number }>
  /** How many of all these have each limit. */
  readonly limits: Map<number, number>
}

/** The lines before groups: who runs, and who may run next. What a call costs does not grow with how many wait, but for their place in memory. */
export class GroupLines {
  readonly #lines = new Map<string, Line>()
  readonly #jobs = new Map<string, InLine>()
  /** Groups with somebody in line and room for him, longest so first. */
  readonly #open = new Set<string>()

  add(job: InLine): void {
    this.leave(job.jobId)
    const line = this.#line(job.group.key)
    line.waiting.splice(placeOf(line.waiting, job), 0, job)
    this.#jobs.set(job.jobId, job)
    this.#count(line, job.group, 1)
  }

  /** Waits no more, if he did. */
  leave(jobId: string): void {
    const job = this.#jobs.get(jobId)
    const line = job && this.#lines.get(job.group.key)
    if (!job || !line) return
    line.waiting.splice(placeOf(line.waiting, job), 1)
    this.#jobs.delete(jobId)
    this.#count(line, job.group, -1)
  }

  /** Runs from now on. */
  enter(jobId: string, buildId: string, group: Group): void {
    const line = this.#line(group.key)
    if (line.running.has(jobId)) return
    line.running.set(jobId, { buildId, limit: group.limit })
    this.#count(line, group, 1)
  }

  /** Runs no more, if he did. */
  exit(jobId: string, group: Group): void {
    const line = this.#lines.get(group.key)
    if (line?.running.delete(jobId)) this.#count(line, group, -1)
  }

  /** Up to `most` jobs that may run now, of those in the order of their line. */
  next(most: number, now: Instant): readonly InLine[] {
    const found: InLine[] = []
    for (const key of this.#open) {
      const line = this.#lines.get(key)
      let room = line ? roomOf(line) : 0
      let age = 0
      for (const job of line?.waiting ?? []) {
        if (room === 0 || found.length === most) break
        if (job.notBefore !== null && job.notBefore > now) continue
        // Nobody is older than who goes before him.
        age = Math.max(age, job.age)
        found.push({ ...job, age })
        room--
      }
      if (found.length === most) break
    }
    return found
  }

  /** Those who wait for their time where there is room: where there is none they wait for that first. */
  *delayed(): Generator<InLine> {
    for (const key of this.#open) yield* this.#lines.get(key)?.waiting ?? []
  }

  /** What those wait for whose turn in their line has not come. */
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

/** Where the job stands in the line, or belongs. */
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
