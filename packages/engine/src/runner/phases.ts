import { now } from '@harmont/sandbox'
import type { Phase, PhaseName } from '../trace.ts'

/** Records when the phases of a job's work begin and end. */
export class Phases {
  readonly #times = new Map<PhaseName, { readonly from: Date; to: Date | null }>()
  readonly #told = new Set<PhaseName>()

  /** Begins a phase, unless an earlier attempt has begun it already. */
  begin(name: PhaseName): void {
    if (!this.#times.has(name)) this.#times.set(name, { from: new Date(now()), to: null })
  }

  /** Ends a phase that has begun. */
  end(name: PhaseName): void {
    const times = this.#times.get(name)
    if (times !== undefined) times.to = new Date(now())
  }

  /** Ends all phases that have begun, because the job's work is over. */
  endAll(): void {
    for (const [name, { to }] of this.#times) if (to === null) this.end(name)
  }

  async during<T>(name: PhaseName, work: () => Promise<T>): Promise<T> {
    this.begin(name)
    try {
      return await work()
    } finally {
      this.end(name)
    }
  }

  /** Returns the ended phases that are not reported yet. Call `told` after reporting them. */
  untold(): { readonly phases: readonly Phase[]; told(): void } {
    const phases = [...this.#times].flatMap(([name, { from, to }]) =>
      to === null || this.#told.has(name) ? [] : [{ name, from, to }],
    )
    return {
      phases,
      told: () => {
        for (const { name } of phases) this.#told.add(name)
      },
    }
  }
}
