import { now } from '@harmont/sandbox'
import type { Phase, PhaseName } from '../trace.ts'

/** Notes when the parts of a job's work begin and end. */
export class Phases {
  readonly #times = new Map<PhaseName, { readonly from: Date; to: Date | null }>()
  readonly #told = new Set<PhaseName>()

  /** A part that is tried again began with its first try. */
  begin(name: PhaseName): void {
    if (!this.#times.has(name)) this.#times.set(name, { from: new Date(now()), to: null })
  }

  /** Ends a part that has begun. */
  end(name: PhaseName): void {
    const times = this.#times.get(name)
    if (times !== undefined) times.to = new Date(now())
  }

  /** Ends the parts that have begun, because nothing of the job goes on. */
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

  /** Returns the parts that have ended and are not told yet. `told` is called once they are. */
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
