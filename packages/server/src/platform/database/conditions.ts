/**
 * Collects the conditions of a statement whose first parameters are `values`. In a condition `?`
 * stands for its first value, `?0`, `?1` and so on for each. Each set of conditions results in a
 * separate statement, planned with its values, so that the planner can choose a suitable index.
 */
export class Conditions {
  readonly values: unknown[]
  readonly #all: string[] = []

  constructor(values: readonly unknown[]) {
    this.values = [...values]
  }

  add(condition: string, ...given: readonly unknown[]): void {
    const first = this.values.length + 1
    this.values.push(...given)
    this.#all.push(`and ${condition.replaceAll(/\?(\d)?/g, (_, at) => `$${first + Number(at ?? 0)}`)}`)
  }

  get isEmpty(): boolean {
    return this.#all.length === 0
  }

  /** The conditions, each preceded by `and`. */
  get text(): string {
    return this.#all.join(' ')
  }
}
