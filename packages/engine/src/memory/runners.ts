import type { BuildEvent, Instant } from '../core/model.ts'
import { homeOf } from '../core/placement/homes.ts'
import type { Reach } from '../core/placement/reach.ts'
import { goneMs, type PresentRunner, type RunnerStore } from '../store.ts'
import type { WorkingBuilds } from './working-builds.ts'

interface Known {
  readonly reach: Reach
  readonly seenAt: Instant
}

export class MemoryRunners implements RunnerStore {
  readonly #work: WorkingBuilds
  readonly #known = new Map<string, Known>()
  readonly #drains = new Map<string, Instant>()

  constructor(work: WorkingBuilds) {
    this.#work = work
  }

  async seen(runner: string, reach: Reach, now: Instant): Promise<boolean> {
    this.#known.set(runner, { reach, seenAt: now })
    return false
  }

  /** Records the presence of a runner that gets a lease, as its renewals do. */
  heard(runner: string, now: Instant): void {
    const known = this.#known.get(runner)
    if (known !== undefined) this.#known.set(runner, { ...known, seenAt: Math.max(known.seenAt, now) })
  }

  async drain(runner: string, since: Instant | null): Promise<void> {
    if (since === null) this.#drains.delete(runner)
    else this.#drains.set(runner, since)
  }

  drains(runner: string): boolean {
    return this.#drains.has(runner)
  }

  async present(now: Instant): Promise<readonly PresentRunner[]> {
    const there = [...this.#known].filter(([id, { seenAt }]) => seenAt > now - goneMs && !this.drains(id))
    return there.map(([id, { reach }]) => ({ id, reach }))
  }

  async gone(now: Instant): ReturnType<RunnerStore['gone']> {
    const gone = [...this.#known.keys()].filter((id) => this.#isGone(id, now - goneMs))
    return [...this.#work.builds].flatMap(([buildId, { live }]) => {
      const waiting = live.jobs.filter(({ state }) => state === 'scheduled')
      const homes = new Set(waiting.map(({ step }) => (step === null ? null : homeOf(live, step))))
      return gone
        .filter((runner) => homes.has(runner))
        .map((runner) => ({ buildId, event: { type: 'holder_gone' as const, runner, at: now } }))
    })
  }

  /** Returns whether an event reports the loss of a runner that is present. */
  isBack(event: BuildEvent): boolean {
    return (
      event.type === 'holder_gone' && this.#known.has(event.runner) && !this.#isGone(event.runner, event.at - goneMs)
    )
  }

  /** Returns the runners that were seen after this instant. */
  since(instant: Instant): readonly PresentRunner[] {
    return [...this.#known].flatMap(([id, { reach, seenAt }]) => (seenAt > instant ? [{ id, reach }] : []))
  }

  #isGone(id: string, since: Instant): boolean {
    if ((this.#known.get(id)?.seenAt ?? 0) <= since) return true
    const isIdle = ![...this.#work.leases.values()].some(({ runner }) => runner === id)
    return isIdle && (this.#drains.get(id) ?? Number.POSITIVE_INFINITY) <= since
  }
}
